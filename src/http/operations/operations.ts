import { Type } from '@sinclair/typebox'
import type { ResultSchemas } from '../../domain/state.js'
import type { Operation } from '../operation.js'
import { addTag } from './add-tag.js'
import { bulkRedactSessions } from './bulk-redact-sessions.js'
import { createSession } from './create-session.js'
import { expireSession } from './expire-session.js'
import { exportSession } from './export-session.js'
import { generateOneTimeLink } from './generate-one-time-link.js'
import { getRateLimits } from './get-rate-limits.js'
import { getResult } from './get-result.js'
import { getSession } from './get-session.js'
import { getSessionResult } from './get-session-result.js'
import { listLinks } from './list-links.js'
import { listResults } from './list-results.js'
import { listSessions } from './list-sessions.js'
import { redactSession } from './redact-session.js'
import { removeTag } from './remove-tag.js'
import { resumeSession } from './resume-session.js'
import { setTags } from './set-tags.js'
import { simulateSession } from './simulate-session.js'
import { submitSession } from './submit-session.js'
import { updateSession } from './update-session.js'
import { cloneWebhookEndpoint } from './webhooks/clone-endpoint.js'
import { createWebhookEndpoint } from './webhooks/create-endpoint.js'
import { deleteWebhookEndpoint } from './webhooks/delete-endpoint.js'
import { getWebhookEndpoint } from './webhooks/get-endpoint.js'
import { listWebhookDeliveries } from './webhooks/list-deliveries.js'
import { listWebhookEndpoints } from './webhooks/list-endpoints.js'
import { listWebhookEventTypes } from './webhooks/list-event-types.js'
import { retryWebhookDelivery } from './webhooks/retry-delivery.js'
import { rotateWebhookSecret } from './webhooks/rotate-secret.js'
import { testWebhookEndpoint } from './webhooks/test-endpoint.js'
import { updateWebhookEndpoint } from './webhooks/update-endpoint.js'

/** All operations of the vendor's API that the mock has. */
export const operations: readonly Operation[] = [
  createSession,
  listSessions,
  getSession,
  updateSession,
  resumeSession,
  expireSession,
  simulateSession,
  submitSession,
  addTag,
  removeTag,
  setTags,
  generateOneTimeLink,
  listLinks,
  getSessionResult,
  listResults,
  getResult,
  redactSession,
  bulkRedactSessions,
  exportSession,
  getRateLimits,
  createWebhookEndpoint,
  listWebhookEndpoints,
  listWebhookEventTypes,
  getWebhookEndpoint,
  updateWebhookEndpoint,
  deleteWebhookEndpoint,
  rotateWebhookSecret,
  cloneWebhookEndpoint,
  testWebhookEndpoint,
  listWebhookDeliveries,
  retryWebhookDelivery
]

/** The schema of each operation's result. A saved result must match it, or a replay could not be written. */
export function resultSchemasOf (operations: readonly Operation[]): ResultSchemas {
  return Object.fromEntries(operations.map(({ id, success }) => [id, success.schema ?? Type.Null()]))
}
