import { addTags } from '../../domain/sessions/tags.js'
import { tagOperation } from './tag-operation.js'

export const addTag = tagOperation({
  id: 'addTag',
  action: 'add-tag',
  summary: 'Add tags',
  description: 'Adds a tag or several to a session. One that is there already does nothing. A session has at most 50 tags.',
  exampleTags: ['onboarding', 'vip'],
  errors: ['tooManyTags'],
  decide: addTags
})
