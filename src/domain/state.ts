import { Type } from '@sinclair/typebox'
import type { TSchema } from '@sinclair/typebox'
import type { Problem } from '../contract/errors.js'
import { checkDepth } from '../contract/json.js'
import { ref, schemaOf } from '../contract/schema.js'
import { timestamp } from '../contract/time.js'
import { checkOf } from '../contract/validation.js'
import { checkFixtureRules, Fixture } from './fixtures/fixture.js'
import { type Claim, type IdempotencyRecord, bytesOf, recordId } from './idempotency/record.js'
import type { DueItem } from './due-item.js'
import { checkDeliveries, checkEndpoints, SavedDelivery, SavedEndpoint } from './webhooks/saved.js'

/** The clock of a workspace. */
export interface ClockState {
  /** The time: UTC, ISO 8601 with milliseconds and `Z`. */
  now: string
  /** Whether the clock is frozen. */
  frozen: boolean
}

export const ClockState = schemaOf<ClockState>()(Type.Object({
  now: Type.String({ format: 'date-time', description: 'The time' }),
  frozen: Type.Boolean({ description: 'Whether the clock stands still' })
}, { $id: 'ClockState', additionalProperties: false, description: 'The clock' }))

/** An idempotency key with its result, in a saved state. */
export interface SavedKey {
  /** The `Idempotency-Key`. */
  key: string
  /** The API key that sent it, masked. */
  api_key: string
  /** A digest of the API key, which does not disclose it. */
  api_key_digest: string
  /** The operation's ID: `updateSession`. */
  operation: string
  /** The session in the path; null if there is none. */
  session_id: string | null
  /** All IDs in the path; by default the session's. */
  params?: Record<string, string>
  /** The query; by default empty. */
  query?: Record<string, unknown>
  /** The body, with field names in snake_case. Another body is a mismatch. */
  body?: unknown
  /** When the key was first used. It is kept for 24 hours from then. */
  first_seen_at: string
  /** How often the result was replayed. */
  replays: number
  /** The result that a replay returns. */
  result: { status: number, body?: unknown }
}

const PlainMap = (description: string) => Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true, description })

export const SavedKey = schemaOf<SavedKey>()(Type.Object({
  key: Type.String({ description: 'The Idempotency-Key' }),
  api_key: Type.String({ description: 'The API key that sent it, masked' }),
  api_key_digest: Type.String({ minLength: 1, description: 'Stands for the API key, and does not disclose it' }),
  operation: Type.String({ description: 'The operationId' }),
  session_id: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'The session in the path' }),
  params: Type.Optional(Type.Unsafe<Record<string, string>>({
    type: 'object', additionalProperties: { type: 'string' }, description: 'All IDs in the path; by default the session\'s'
  })),
  query: Type.Optional(PlainMap('The query; by default empty')),
  body: Type.Optional(Type.Unknown({ description: 'The body, with field names in snake_case; another body is a mismatch' })),
  first_seen_at: Type.String({ format: 'date-time', description: 'When the key was first used; it is kept for 24 hours from then' }),
  replays: Type.Integer({ minimum: 0, description: 'How often the result was replayed' }),
  result: Type.Object({
    status: Type.Integer({ minimum: 200, maximum: 299 }),
    body: Type.Optional(Type.Unknown())
  }, { additionalProperties: false, description: 'The result that a replay responds with' })
}, { $id: 'SavedKey', additionalProperties: false, description: 'An idempotency key with its result' }))

/** Something to happen at a certain time, in a saved state. */
export interface SavedDueItem {
  id: string
  /** When it is due. */
  at: string
  /** What will happen. */
  type: string
  /** The subject, such as the ID of a session. */
  subject: string
}

export const SavedDueItem = schemaOf<SavedDueItem>()(Type.Object({
  id: Type.String(),
  at: Type.String({ format: 'date-time', description: 'When it is due' }),
  type: Type.String({ description: 'What is to happen' }),
  subject: Type.String({ description: 'What it is about, such as the ID of a session' })
}, { $id: 'SavedDueItem', additionalProperties: false, description: 'Something that is to happen at a time' }))

/** A whole workspace, for `restore` or as fixtures: `startVerifaMock({ fixtures: state })`. Using it as fixtures loses nothing. */
export interface State {
  sessions: Fixture[]
  /** The idempotency keys with their results, oldest first; by default, none. */
  idempotency_keys?: SavedKey[]
  /** What is due later; by default, nothing. */
  timeline?: SavedDueItem[]
  /** The webhook endpoints, oldest first; by default, those of the options. */
  webhook_endpoints?: SavedEndpoint[]
  /** The webhook deliveries, oldest first; by default, none. Pending deliveries are sent when they are due. */
  webhook_deliveries?: SavedDelivery[]
  /** The clock; by default, that of the machine. */
  clock?: ClockState
  /** The machine's time when a state file was written. When a mock starts from the file, a running clock has moved on since then. */
  saved_at?: string
}

export const State = schemaOf<State>()(Type.Object({
  sessions: Type.Array(ref(Fixture)),
  idempotency_keys: Type.Optional(Type.Array(ref(SavedKey))),
  timeline: Type.Optional(Type.Array(ref(SavedDueItem))),
  webhook_endpoints: Type.Optional(Type.Array(ref(SavedEndpoint))),
  webhook_deliveries: Type.Optional(Type.Array(ref(SavedDelivery))),
  clock: Type.Optional(ref(ClockState)),
  saved_at: Type.Optional(Type.String({ format: 'date-time', description: 'The machine\'s time when a state file was written; ignored elsewhere' }))
}, { $id: 'State', additionalProperties: false, description: 'A workspace: its sessions, idempotency keys, timeline, webhooks and clock' }))

/** The schema of each operation's result, by the operation's ID. */
export type ResultSchemas = Readonly<Record<string, TSchema>>

/** The problems that the schema of a state finds. */
export function checkStateForm (value: unknown, place: Problem['loc']): Problem[] {
  return checkOf(State)(value, place)
}

/** The problems that the schema cannot find: of sessions, webhooks, and saved results, which replays would return. */
export function checkStateRules (state: State, place: Problem['loc'], results: ResultSchemas): Problem[] {
  return [...checkFixtureRules(state.sessions, [...place, 'sessions']), ...checkRestRules(state, place, results)]
}

/** The problems that the schema cannot find, besides those of sessions. */
export function checkRestRules (
  { idempotency_keys: keys = [], webhook_endpoints: endpoints = [], webhook_deliveries: deliveries = [] }: State, place: Problem['loc'], results: ResultSchemas
): Problem[] {
  return [
    ...keys.flatMap((key, index) => checkKey(key, [...place, 'idempotency_keys', index], results)),
    ...checkEndpoints(endpoints, [...place, 'webhook_endpoints']),
    ...checkDeliveries(deliveries, [...place, 'webhook_deliveries'])
  ]
}

function checkKey (key: SavedKey, place: Problem['loc'], results: ResultSchemas): Problem[] {
  const deep = checkDepth(key, place)
  if (deep.length > 0) return deep
  const { operation, result } = key
  if (!Object.hasOwn(results, operation)) {
    return [{ loc: [...place, 'operation'], msg: `must be one of: ${Object.keys(results).join(', ')}`, type: 'enum' }]
  }
  // a result without a body is saved without one, and its schema is that of null
  return checkOf(results[operation] as TSchema)(result.body ?? null, [...place, 'result', 'body'])
}

export function saveKey (record: IdempotencyRecord): SavedKey {
  const { key, apiKey, operation, params, query, body, firstSeenAt, replays, result } = record
  return {
    key,
    api_key: apiKey.masked,
    api_key_digest: apiKey.digest,
    operation,
    session_id: params['session_id'] ?? null,
    params: { ...params },
    query: { ...query },
    body,
    first_seen_at: timestamp(firstSeenAt),
    replays,
    result: { status: result.status, body: result.body }
  }
}

export function restoreKey (saved: SavedKey): IdempotencyRecord {
  const claim: Claim = {
    key: saved.key,
    apiKey: { masked: saved.api_key, digest: saved.api_key_digest },
    operation: saved.operation,
    params: saved.params ?? (saved.session_id === null ? {} : { session_id: saved.session_id }),
    query: saved.query ?? {},
    body: saved.body
  }
  const result = { status: saved.result.status, body: saved.result.body }
  const { replays, first_seen_at: firstSeenAt } = saved
  return { id: recordId(claim), ...claim, firstSeenAt: Date.parse(firstSeenAt), result, replays, bytes: bytesOf(claim, result) }
}

export function saveDueItem ({ id, at, type, subject }: DueItem): SavedDueItem {
  return { id, at: timestamp(at), type, subject }
}

export function restoreDueItem ({ id, at, type, subject }: SavedDueItem): DueItem {
  return { id, at: Date.parse(at), type, subject }
}
