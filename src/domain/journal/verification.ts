import { Type } from '@sinclair/typebox'
import { ref, schemaOf } from '../../contract/schema.js'
import { type ExpectedNumbers, numbers } from '../verification/numbers.js'
import { unmet, type UnmetBy, unmetFields } from '../verification/unmet.js'
import { findMatching, type Subject, verifyItems } from '../verification/verify.js'
import { JournalEntry, toEntry } from './entry.js'
import type { Exchange, Journal } from './journal.js'
import { pathOf, sessionIdOf } from './summary.js'

/** A filter for requests of the journal: every given field must match. */
export interface RequestFilter {
  /** The method, in capital letters: `PATCH`. */
  method?: string
  /** The whole path with its query. */
  path?: string
  /** The operation's ID: `updateSession`. */
  operation?: string
  /** The session in the path. */
  session_id?: string
  /** The `Idempotency-Key` that was sent. */
  idempotency_key?: string
  /** The status of the response. */
  status?: number
}

export const RequestFilter = schemaOf<RequestFilter>()(Type.Object({
  method: Type.Optional(Type.String({ minLength: 1, description: 'The method, in capital letters' })),
  path: Type.Optional(Type.String({ minLength: 1, description: 'The whole path with its query' })),
  operation: Type.Optional(Type.String({ minLength: 1, description: 'The operationId' })),
  session_id: Type.Optional(Type.String({ minLength: 1, description: 'The session in the path' })),
  idempotency_key: Type.Optional(Type.String({ minLength: 1, description: 'The Idempotency-Key that was sent' })),
  status: Type.Optional(Type.Integer({ minimum: 100, maximum: 599, description: 'The status of the response' }))
}, { additionalProperties: false }))

/** The requests that an expectation counts. */
export interface RequestMatch extends RequestFilter {
  /** What the request body must contain. Objects may have more fields, at any depth; everything else, lists included, must be equal. */
  body?: unknown
}

/** What a test expects of the journal: which requests, and how many; by default, at least one. */
export type Expectation = {
  /** The requests to count; by default, all. */
  match?: RequestMatch
} & ExpectedNumbers

export const Expectation = Type.Unsafe<Expectation>(Type.Object({
  match: Type.Optional(Type.Object({
    ...RequestFilter.properties,
    body: Type.Optional(Type.Unknown({
      description: 'What the request body has: of objects the fields that are named, at any depth; everything else, lists too, is equal'
    }))
  }, { additionalProperties: false, description: 'Which requests are counted; by default all' })),
  ...numbers('requests')
}, { $id: 'Expectation', additionalProperties: false, description: 'Which requests are expected, and how many' }))

/** A request that nearly matched. */
export interface NearMiss {
  request: JournalEntry
  /** The first part of the request that did not match: `status is 200, not 422`. */
  mismatch: string
}

/** An expectation that is not met: an error with more fields. */
export type Unmet = UnmetBy<NearMiss>

const NearMiss = schemaOf<NearMiss>()(Type.Object({
  request: ref(JournalEntry),
  mismatch: Type.String({ description: 'The first part of the request that did not match' })
}, { $id: 'NearMiss', description: 'A request that nearly matched' }))

export const Unmet = schemaOf<Unmet>()(Type.Object({
  ...unmetFields('requests'),
  closest: Type.Array(ref(NearMiss), { description: 'Up to three nearest requests, the newest first, when none matched' })
}, { $id: 'Unmet', description: 'The expectation is not met' }))

const subject: Subject<Exchange, RequestMatch> = {
  parts: {
    method: exchange => exchange.method,
    path: pathOf,
    operation: exchange => exchange.operation,
    session_id: sessionIdOf,
    idempotency_key: exchange => exchange.idempotencyKey,
    status: exchange => exchange.status,
    body: exchange => exchange.requestBody
  },
  words: ['request', 'requests'],
  nameOf: ({ id }) => `request ${id}`,
  nothing: 'the journal is empty',
  dropped: [
    ' from the journal',
    'Verify earlier, empty the journal between tests, or raise --max-journal-entries (maxJournalEntries) and --max-journal-bytes (maxJournalBytes).'
  ]
}

/** The exchanges that match. */
export function findExchanges (exchanges: readonly Exchange[], match: RequestMatch): Exchange[] {
  return findMatching(exchanges, match, subject)
}

/** Compares the journal with an expectation, and returns how many requests matched, or what is different. */
export async function verify (journal: Journal, { match = {}, ...numbers }: Expectation): Promise<{ matched: number } | Unmet> {
  // the list comes first: if requests are dropped in between, they are counted, and the result is unknown instead of wrong
  const [exchanges, { dropped }] = await Promise.all([journal.list(), journal.counts()])
  const result = verifyItems(exchanges, dropped, match, numbers, subject)
  if (!('detail' in result)) return result
  return unmet(result, ({ item, mismatch }) => ({ request: toEntry(item), mismatch }))
}
