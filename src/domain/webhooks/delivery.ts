import { Type } from '@sinclair/typebox'
import { nullable, oneOf, schemaOf } from '../../contract/schema.js'
import type { Environment } from '../sessions/session.js'

export const deliveryStatuses = ['pending', 'succeeded', 'failed'] as const
export type DeliveryStatus = typeof deliveryStatuses[number]

/** An event on its way to an endpoint, as the API shows it. */
export interface Delivery {
  /** The delivery's ID: `whd_` and 20 hexadecimal characters. It stays the same on retries. */
  readonly id: string
  /** The endpoint that it is for. */
  readonly endpoint_id: string
  /** What happened: `session.approved`. */
  readonly event: string
  /** The session of the event; null if it has none. */
  readonly session_id: string | null
  /** The URL to which it was last sent, or will be sent. */
  readonly url: string
  /** The status. A pending delivery will be sent, or sent again. */
  readonly status: DeliveryStatus
  /** The number of attempts. */
  readonly attempts: number
  /** The HTTP status of the last response; null if there was none. */
  readonly http_status: number | null
  /** Why the last attempt failed; null if it did not. */
  readonly error: string | null
  /** When the event happened. */
  readonly created_at: string
  /** When it was last sent; null if it was not sent yet. */
  readonly last_attempt_at: string | null
  /** When it is sent next; null if it is not sent again, or is held. */
  readonly next_attempt_at: string | null
  /** What is sent. */
  readonly payload: unknown
}

const time = (description: string) => Type.String({ format: 'date-time', description })

export const Delivery = schemaOf<Delivery>()(Type.Object({
  id: Type.String({ description: 'Delivery ID, which stays the same on retries' }),
  endpoint_id: Type.String({ description: 'The endpoint that it is for' }),
  event: Type.String({ description: 'What happened' }),
  session_id: nullable(Type.String({ description: 'The session that it happened to' })),
  url: Type.String({ description: 'Where it was sent last, or will be sent' }),
  status: oneOf(deliveryStatuses, { description: 'What became of it; a pending one is still to be sent, or sent again' }),
  attempts: Type.Integer({ minimum: 0, description: 'How often it was sent' }),
  http_status: nullable(Type.Integer({ description: 'The HTTP status of the last response' })),
  error: nullable(Type.String({ description: 'Why the last attempt failed' })),
  created_at: time('When the event happened, in UTC'),
  last_attempt_at: nullable(time('When it was sent last, in UTC')),
  next_attempt_at: nullable(time('When it is sent next, in UTC')),
  payload: Type.Unknown({ description: 'What is sent' })
}, { $id: 'Delivery', description: 'An event on its way to an endpoint' }))

/** One attempt to send a delivery. */
export interface DeliveryAttempt {
  /** When it began, by the clock of the mock. */
  readonly at: string
  /** The HTTP status of the response; null if there was none. */
  readonly http_status: number | null
  /** Why it failed; null if it did not. */
  readonly error: string | null
  /** The fault that took effect, such as `duplicate`; null if none did. */
  readonly fault: string | null
}

/** A delivery, as the store keeps it. */
export interface DeliveryDocument {
  readonly id: string
  readonly endpoint_id: string
  readonly environment: Environment
  readonly event: string
  readonly session_id: string | null
  readonly url: string
  readonly status: DeliveryStatus
  /** All attempts, the oldest first. */
  readonly attempts: readonly DeliveryAttempt[]
  readonly created_at: string
  /** When it is sent next, or when the attempt in progress was due. */
  readonly next_attempt_at: string | null
  /** Whether it is held: it waits until you deliver or release it. */
  readonly held: boolean
  /** The exact body, created once. */
  readonly body: string
  /** About how many bytes the document takes. */
  readonly bytes: number
}

/** A delivery as the API shows it. */
export function toDelivery (document: DeliveryDocument): Delivery {
  const { id, endpoint_id, event, session_id, url, status, attempts, created_at, next_attempt_at, held, body } = document
  const last = attempts.at(-1)
  return {
    id,
    endpoint_id,
    event,
    session_id,
    url,
    status,
    attempts: attempts.length,
    http_status: last?.http_status ?? null,
    error: last?.error ?? null,
    created_at,
    last_attempt_at: last?.at ?? null,
    next_attempt_at: status === 'pending' && !held ? next_attempt_at : null,
    payload: JSON.parse(body)
  }
}

/** A filter for deliveries: every field must match. It is plain data, so that any store can search by it. */
export interface DeliveryFilter {
  readonly endpoint_id?: string | undefined
  readonly session_id?: string | undefined
  readonly event?: string | undefined
  readonly status?: DeliveryStatus | undefined
  /** The earliest `created_at`. */
  readonly from?: string | undefined
  /** The latest `created_at`. */
  readonly to?: string | undefined
}

/** Whether a delivery matches a filter. */
export function fitsDelivery (delivery: DeliveryDocument, { endpoint_id, session_id, event, status, from, to }: DeliveryFilter): boolean {
  return (endpoint_id === undefined || delivery.endpoint_id === endpoint_id) &&
    (session_id === undefined || delivery.session_id === session_id) &&
    (event === undefined || delivery.event === event) &&
    (status === undefined || delivery.status === status) &&
    (from === undefined || delivery.created_at >= from) &&
    (to === undefined || delivery.created_at <= to)
}
