import { Type } from '@sinclair/typebox'
import { nullable, schemaOf } from '../../contract/schema.js'
import { Findings, findingsOf } from '../sessions/read-result.js'
import type { SessionResult } from '../sessions/result.js'
import type { Environment, Session } from '../sessions/session.js'

/** The flat payload of a webhook. Its field names are in snake_case; filters and blocklists use them. */
export interface Payload {
  /** What happened. */
  readonly event: string
  /** The key of the event: `idk_` and 20 hexadecimal characters, the same for all endpoints and on retries. */
  readonly idempotency_key: string
  /** The session of the event; null if it has none. */
  readonly session_id: string | null
  /** The user's own reference for the session. */
  readonly external_ref: string | null
  /** The session's status, in the words of results: `approved`. */
  readonly status: string | null
  /** Whether the session belongs to the sandbox. */
  readonly is_sandbox: boolean
}

/** The fields that an event with an outcome adds. */
interface OutcomeFields {
  /** The findings; null if the session has no result. */
  readonly result: Findings | null
  /** The person's identity; always null. */
  readonly identity_id: null
}

const text = (description: string) => Type.String({ description })

const payloadFields = {
  event: text('What happened'),
  idempotency_key: text('The key of the event, the same for all endpoints and on retries'),
  session_id: nullable(text('The session that it happened to')),
  external_ref: nullable(text('Your own reference for the session')),
  status: nullable(text('The status of the session, as results name it')),
  is_sandbox: Type.Boolean({ description: 'Whether the session belongs to the sandbox' })
}

export const Payload = schemaOf<Payload>()(Type.Object(payloadFields, { $id: 'WebhookPayload', description: 'What a webhook says' }))

/** The payload about a session with an outcome. */
export interface OutcomePayload extends Payload, OutcomeFields {}

export const OutcomePayload = schemaOf<OutcomePayload>()(Type.Object({
  ...payloadFields,
  result: Type.Unsafe<Findings | null>({ ...Findings, type: ['object', 'null'], description: 'What was found out; null when the session has no result' }),
  identity_id: Type.Null({ description: 'The identity of the person; the mock has none' })
}, { $id: 'OutcomeWebhookPayload', description: 'What a webhook says about a session that has an outcome' }))

/** The events whose payload has the findings. */
const outcomeStatuses: Readonly<Record<string, string>> = {
  'session.approved': 'approved', 'session.declined': 'rejected', 'session.requires-review': 'needs_review'
}

/** The statuses of events in payloads. All other events have the session's own status (our decision). */
const statuses: Readonly<Record<string, string>> = {
  'session.created': 'pending', 'session.started': 'capturing', 'session.expired': 'expired', ...outcomeStatuses
}

/** The fixed status in the payload of an event; `undefined` if the payload has the session's status. */
export function statusOf (event: string): string | undefined {
  return Object.hasOwn(statuses, event) ? statuses[event] : undefined
}

/** Whether the payload of an event has the findings. */
export function hasOutcome (event: string): boolean {
  return Object.hasOwn(outcomeStatuses, event)
}

/** The parts of a payload. */
export interface PayloadParts {
  readonly event: string
  readonly environment: Environment
  /** The key of the event. */
  readonly key: string
  /** The session after the event; `undefined` if the event has none. */
  readonly session: Session | undefined
  /** The session's result. */
  readonly result?: SessionResult | undefined
}

/** Creates the flat payload of an event, in snake_case. */
export function payloadOf ({ event, environment, key, session, result }: PayloadParts): Payload {
  const payload: Payload = {
    event,
    idempotency_key: key,
    session_id: session?.id ?? null,
    external_ref: session?.external_ref ?? null,
    status: session === undefined ? null : statusOf(event) ?? session.status,
    is_sandbox: environment === 'sandbox'
  }
  if (!hasOutcome(event)) return payload
  const outcome: OutcomeFields = { result: result === undefined ? null : findingsOf(result), identity_id: null }
  return { ...payload, ...outcome }
}
