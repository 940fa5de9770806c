import { setTags as decideTags } from '../../domain/sessions/tags.js'
import { tagOperation } from './tag-operation.js'

export const setTags = tagOperation({
  id: 'setTags',
  action: 'set-tags',
  summary: 'Set all tags',
  description: 'Replaces all tags of a session. Duplicates are dropped, and the first 50 are kept.',
  exampleTags: ['vip', 'onboarding'],
  decide: decideTags
})
