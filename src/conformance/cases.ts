import type { Case } from './case.js'
import { bodies } from './cases/bodies.js'
import { casing } from './cases/casing.js'
import { createBody } from './cases/create-session/body.js'
import { createResponse } from './cases/create-session/response.js'
import { errors } from './cases/errors.js'
import { expireSession } from './cases/expire-session.js'
import { exportSession } from './cases/export-session.js'
import { getSession } from './cases/get-session.js'
import { idempotencyKeys } from './cases/idempotency/keys.js'
import { parameters } from './cases/idempotency/parameters.js'
import { replay } from './cases/idempotency/replay.js'
import { keys } from './cases/keys.js'
import { links } from './cases/links.js'
import { listFilters } from './cases/list-sessions/filters.js'
import { listPages } from './cases/list-sessions/list.js'
import { order } from './cases/order.js'
import { rateLimits } from './cases/rate-limits.js'
import { bulkRedactSessions } from './cases/redact/bulk.js'
import { redactSession } from './cases/redact/session.js'
import { listResults } from './cases/results/list.js'
import { oneResult } from './cases/results/one-result.js'
import { sessionResult } from './cases/results/session-result.js'
import { resumeSession } from './cases/resume-session.js'
import { simulateSession } from './cases/simulate-session.js'
import { submitSession } from './cases/submit-session.js'
import { tags } from './cases/tags.js'
import { updateBody } from './cases/update-session/body.js'
import { updateFields } from './cases/update-session/fields.js'
import { metadataLimits } from './cases/update-session/metadata-limits.js'
import { metadataMerge } from './cases/update-session/metadata.js'
import { updateResponse } from './cases/update-session/response.js'
import { versions } from './cases/versions.js'
import { webhookDeliveries } from './cases/webhooks/deliveries.js'
import { webhookEndpoints } from './cases/webhooks/endpoints.js'
import { webhookSecrets } from './cases/webhooks/secrets.js'

/** A case and its topic. */
export interface TopicalCase extends Case {
  topic: string
}

/** The cases by topic, first those of one operation and then those that all share. A topic is named like the file of its cases. */
const topics: Readonly<Record<string, readonly Case[]>> = {
  'update-session/fields': updateFields,
  'update-session/metadata': metadataMerge,
  'update-session/metadata-limits': metadataLimits,
  'update-session/body': updateBody,
  'update-session/response': updateResponse,
  'create-session/body': createBody,
  'create-session/response': createResponse,
  'list-sessions/list': listPages,
  'list-sessions/filters': listFilters,
  'get-session': getSession,
  'resume-session': resumeSession,
  'expire-session': expireSession,
  'simulate-session': simulateSession,
  'submit-session': submitSession,
  'links': links,
  'tags': tags,
  'results/session-result': sessionResult,
  'results/one-result': oneResult,
  'results/list': listResults,
  'export-session': exportSession,
  'redact/session': redactSession,
  'redact/bulk': bulkRedactSessions,
  'rate-limits': rateLimits,
  'webhooks/endpoints': webhookEndpoints,
  'webhooks/secrets': webhookSecrets,
  'webhooks/deliveries': webhookDeliveries,
  'bodies': bodies,
  'casing': casing,
  'versions': versions,
  'keys': keys,
  'idempotency/replay': replay,
  'idempotency/parameters': parameters,
  'idempotency/keys': idempotencyKeys,
  'errors': errors,
  'order': order
}

/** All cases, in the order in which they run. */
export const cases: readonly TopicalCase[] = Object.entries(topics).flatMap(([topic, cases]) => cases.map(one => ({ topic, ...one })))

/** Whether a case creates sessions or needs a simulated outcome. With a live key the suite does neither. */
export function needsSandbox ({ sessions = [], steps }: Case): boolean {
  return sessions.length > 0 || steps.some(({ method }) => method === 'POST' || method === 'DELETE')
}
