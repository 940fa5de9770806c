import type { ErrorName } from '../../contract/errors.js'
import type { Decision } from '../../domain/decision.js'
import type { Session } from '../../domain/sessions/session.js'
import { SessionTags, TagInput } from '../../domain/sessions/tags.js'
import { sessionIn } from '../../domain/sessions/visible.js'
import { type Operation, operation } from '../operation.js'
import { sessionParams } from './session-params.js'

interface TagOperation {
  id: string
  /** The last segment of the path. */
  action: string
  summary: string
  description: string
  /** The tags of the example response. */
  exampleTags: readonly string[]
  /** Errors besides those of every operation on tags. */
  errors?: readonly ErrorName[]
  decide: (before: Session, input: TagInput, now: number) => Decision<SessionTags>
}

/** Declares an operation on the tags of a session. All of them have the same request and response bodies. */
export function tagOperation ({ id, action, summary, description, exampleTags, errors = [], decide }: TagOperation): Operation {
  return operation({
    id,
    method: 'POST',
    path: `/sessions/{session_id}/${action}`,
    scopes: ['sessions:write'],
    summary,
    description,
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
      examples: { tags: { value: { id: 'ses_pending', tags: exampleTags } } }
    },
    errors: ['sessionNotFound', 'sessionRedacted', ...errors],
    reads: ({ params }) => ({ sessions: [params.session_id] }),
    decide: ({ params, body, environment, now }, { sessions: [session] }) =>
      decide(sessionIn(environment, params.session_id, session), body, now)
  })
}
