import { SessionTags, addTags as decideTags, TagInput } from '../../domain/sessions/tags.js'
import { sessionIn } from '../../domain/sessions/visible.js'
import { operation } from '../operation.js'
import { sessionParams } from './session-params.js'

export const addTag = operation({
  id: 'addTag',
  method: 'POST',
  path: '/sessions/{session_id}/add-tag',
  scopes: ['sessions:write'],
  summary: 'Add tags',
  description: 'Adds a tag or several to a session. One that is there already does nothing. A session has at most 50 tags.',
  params: sessionParams,
  body: TagInput,
  bodyExamples: {
    one: { summary: 'One tag', value: { tag: 'vip' } },
    several: { summary: 'Several tags', value: { tags: ['vip', 'onboarding'] } }
  },
  success: {
    status: 200,
    schema: SessionTags,
    description: 'The tags of the session',
    examples: { tags: { value: { id: 'ses_pending', tags: ['onboarding', 'vip'] } } }
  },
  errors: ['sessionNotFound', 'sessionRedacted', 'tooManyTags'],
  reads: ({ params }) => ({ sessions: [params.session_id] }),
  decide: ({ params, body, environment, now }, { sessions: [session] }) =>
    decideTags(sessionIn(environment, params.session_id, session), body, now)
})
