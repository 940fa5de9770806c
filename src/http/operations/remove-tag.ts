import { removeTags } from '../../domain/sessions/tags.js'
import { tagOperation } from './tag-operation.js'

export const removeTag = tagOperation({
  id: 'removeTag',
  action: 'remove-tag',
  summary: 'Remove tags',
  description: 'Removes one or more tags from a session, and ignores tags that it does not have.',
  exampleTags: [],
  decide: removeTags
})
