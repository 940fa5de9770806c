import { SessionTags, removeTags as decideTags, TagInput } from '../../domain/sessions/tags.js'
import { sessionIn } from '../../domain/sessions/visible.js'
import { operation } from '../operation.js'
import { sessionParams } from './session-params.js'

export const removeTag = operation({
  id: 'removeTag',
  method: 'POST',
  path: '/sessions/{session_id}/remove-tag',
  scopes: ['sessions:write'],
  summary: 'Remove tags',
  description: 'Removes a tag or several from a session. One that is not there does nothing.',
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
    examples: { tags: { value: { id: 'ses_pending', tags: [] } } }
  },
  errors: ['sessionNotFound', 'sessionRedacted'],
  reads: ({ params }) => ({ sessions: [params.session_id] }),
  decide: ({ params, body, environment, now }, { sessions: [session] }) =>
    decideTags(sessionIn(environment, params.session_id, session), body, now)
})
