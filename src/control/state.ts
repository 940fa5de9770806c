import { type Static, Type } from '@sinclair/typebox'
import { timestamp } from '../clock.js'
import type { Problem } from '../errors.js'
import { checkFixtureRules, completeSession, Fixture } from '../sessions/fixtures.js'
import type { IdempotencyRecord } from '../sessions/idempotency-records.js'
import { Session } from '../sessions/session.js'
import { StoredSession } from '../sessions/stored-session.js'
import { MetadataInput } from '../sessions/update.js'
import type { Workspace } from '../workspace.js'

export const ClockState = Type.Object({
  now: Type.String({ format: 'date-time', description: 'What time it is' }),
  frozen: Type.Boolean({ description: 'Whether the clock stands still' })
}, { additionalProperties: false, description: 'The clock' })
export type ClockState = Static<typeof ClockState>

const keyFields = {
  key: Type.String({ description: 'The Idempotency-Key' }),
  api_key: Type.String({ description: 'Who sent it, masked' }),
  session_id: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'The session it was for' }),
  first_seen_at: Type.String({ format: 'date-time', description: 'From when its 24 hours count' }),
  replays: Type.Integer({ minimum: 0, description: 'How often its result was given again' })
}

/** An idempotency key, as it is listed. */
export const IdempotencyKey = Type.Object({
  ...keyFields,
  expires_at: Type.String({ format: 'date-time', description: 'When it is free again' })
})
export type IdempotencyKey = Static<typeof IdempotencyKey>

/** An idempotency key, as it is saved with its result. */
export const SavedKey = Type.Object({
  ...keyFields,
  api_key_digest: Type.String({ minLength: 1, description: 'Stands for the API key, and does not tell it' }),
  operation: Type.Unsafe<string>({ type: 'string', enum: ['updateSession'], description: 'The operationId' }),
  body: Type.Unknown({ description: 'The body sent, under the names in snake_case; another one is a mismatch' }),
  result: Type.Object({
    status: Type.Unsafe<number>({ type: 'integer', enum: [200] }),
    body: Type.Object({ ...Session.properties, metadata: MetadataInput })
  }, { additionalProperties: false })
}, { additionalProperties: false })
type SavedKey = Static<typeof SavedKey>

/** A whole workspace, to be put back later. Its `sessions` are fixtures, so that a saved state is a fixture file. */
export const State = Type.Object({
  sessions: Type.Array(Fixture),
  idempotency_keys: Type.Optional(Type.Array(SavedKey)),
  clock: Type.Optional(ClockState)
}, { additionalProperties: false, description: 'A workspace: its sessions, idempotency keys and clock' })
export type State = Static<typeof State>

/** The whole of a workspace, as it stands. */
export function saveState ({ clock, store }: Workspace): State {
  return {
    sessions: Array.from(store.all(), session => session.toJSON()),
    idempotency_keys: store.idempotencyRecords().map(saveKey),
    clock: { now: timestamp(clock.now()), frozen: clock.frozen }
  }
}

/** What the schema cannot say of a state. */
export function checkState (state: State): Problem[] {
  return checkFixtureRules(state.sessions, ['body', 'sessions'])
}

/** Puts a checked state in the place of what a workspace holds. What the state leaves out is as at the start. */
export function restoreState ({ clock, store }: Workspace, { sessions, idempotency_keys: keys = [], clock: saved }: State): void {
  clock.reset()
  if (saved !== undefined) {
    clock.freeze(saved.frozen)
    clock.set(Date.parse(saved.now))
  }
  store.restore(sessions.map(fixture => completeSession(fixture, clock.now())), keys.map(restoreKey))
}

function saveKey ({ key, apiKey, operation, sessionId, body, firstSeenAt, result, replays }: IdempotencyRecord): SavedKey {
  return {
    key,
    api_key: apiKey.masked,
    session_id: sessionId,
    first_seen_at: timestamp(firstSeenAt),
    replays,
    api_key_digest: apiKey.digest,
    operation,
    body,
    result: { status: result.status, body: (result.body as StoredSession).toJSON() }
  }
}

function restoreKey (saved: SavedKey): IdempotencyRecord {
  return {
    key: saved.key,
    apiKey: { masked: saved.api_key, digest: saved.api_key_digest },
    operation: saved.operation,
    sessionId: saved.session_id,
    body: saved.body,
    firstSeenAt: Date.parse(saved.first_seen_at),
    result: { status: saved.result.status, body: StoredSession.of(saved.result.body) },
    replays: saved.replays
  }
}
