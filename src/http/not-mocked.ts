import type { Route } from './nearest-routes.js'

/**
 * Operations that Verifa is known to have and the mock does not, as method and path after the prefix. `*` matches any method. They return
 * a 501, because a 404 would look like a session that does not exist (our decision).
 */
export const notMocked: readonly Route[] = [
  ...['resend-invite', 'reprocess',
    'resume-workflow-from-step', 'retry-verification', 'external-decision'].map(action => ['POST', `/sessions/{session_id}/${action}`] as const),
  ...['documents', 'verifications', 'attempts', 'events'].map(list => ['*', `/sessions/{session_id}/${list}`] as const),
  ['*', '/sessions/{session_id}/documents/*'],
  ...['events', 'identities', 'cases', 'checks', 'workflows', 'api-keys', 'organizations', 'verifications', 'documents']
    .flatMap(resource => [['*', `/${resource}`], ['*', `/${resource}/*`]] as const)
]
