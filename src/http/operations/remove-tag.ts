import { removeTags } from '../../domain/sessions/tags.js'
import { tagOperation } from './tag-operation.js'

export const removeTag = tagOperation({
  id: 'removeTag',
  action: 'remove-tag',
  summary: 'Remove tags',
  description: 'Removes a tag or several from a session. One that is not there does nothing.',
  exampleTags: [],
  decide: removeTags
})
