import { SessionTags, setTags as decideTags, TagInput } from '../../domain/sessions/tags.js'
import { sessionIn } from '../../domain/sessions/visible.js'
import { operation } from '../operation.js'
import { sessionParams } from './session-params.js'

export const setTags = operation({
  id: 'setTags',
  method: 'POST',
  path: '/sessions/{session_id}/set-tags',
  scopes: ['sessions:write'],
  summary: 'Set all tags',
  description: 'Replaces all tags of a session. Duplicates are dropped, and the first 50 are kept.',
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
    examples: { tags: { value: { id: 'ses_pending', tags: ['vip', 'onboarding'] } } }
  },
  errors: ['sessionNotFound', 'sessionRedacted'],
  reads: ({ params }) => ({ sessions: [params.session_id] }),
  decide: ({ params, body, environment, now }, { sessions: [session] }) =>
    decideTags(sessionIn(environment, params.session_id, session), body, now)
})
