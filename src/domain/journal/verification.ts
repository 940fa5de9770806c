import { isDeepStrictEqual } from 'node:util'
import { Type } from '@sinclair/typebox'
import type { Problem } from '../../contract/errors.js'
import { maskApiKeysIn } from '../../contract/masking.js'
import { ref, schemaOf } from '../../contract/schema.js'
import type { Exchange, Journal } from './journal.js'
import { JournalEntry, pathOf, sessionIdOf, toEntry } from './entry.js'

/** Which requests of the journal are meant. Every field that is given must match. */
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

/** Which requests are expected. */
export interface RequestMatch extends RequestFilter {
  /** What the request body has: of objects the fields that are named, at any depth; everything else, lists too, is equal. */
  body?: unknown
}

/** What a test expects of the journal: which requests, and how many. Without a number, at least one. */
export type Expectation = {
  /** Which requests are counted; by default all. */
  match?: RequestMatch
} & ({
  /** How many requests there are, exactly. */
  count: number
  at_least?: never
  at_most?: never
} | {
  count?: never
  /** How many requests there are at least. */
  at_least?: number
  /** How many requests there are at most. */
  at_most?: number
})

const count = (description: string) => Type.Optional(Type.Integer({ minimum: 0, description }))

export const Expectation = Type.Unsafe<Expectation>(Type.Object({
  match: Type.Optional(Type.Object({
    ...RequestFilter.properties,
    body: Type.Optional(Type.Unknown({
      description: 'What the request body has: of objects the fields that are named, at any depth; everything else, lists too, is equal'
    }))
  }, { additionalProperties: false, description: 'Which requests are counted; by default all' })),
  count: count('How many requests there are, exactly'),
  at_least: count('How many requests there are at least; 1 when no number is given'),
  at_most: count('How many requests there are at most')
}, { $id: 'Expectation', additionalProperties: false, description: 'Which requests are expected, and how many' }))

/** A request that nearly matched. */
export interface NearMiss {
  request: JournalEntry
  /** The first part of the request that did not match: `status is 200, not 422`. */
  mismatch: string
}

/** An expectation that is not met: an error with more fields. */
export interface Unmet {
  error: 'conflict'
  /** What is different, in a sentence. */
  detail: string
  status_code: 409
  /** What was expected: `exactly 2`. */
  expected: string
  /** How many requests matched; absent when that is unknown, because requests were dropped. */
  matched?: number
  /** Up to three nearest requests, the newest first, when none matched. */
  closest: NearMiss[]
}

const NearMiss = schemaOf<NearMiss>()(Type.Object({
  request: ref(JournalEntry),
  mismatch: Type.String({ description: 'The first part of the request that did not match' })
}, { $id: 'NearMiss', description: 'A request that nearly matched' }))

export const Unmet = schemaOf<Unmet>()(Type.Object({
  error: Type.Literal('conflict'),
  detail: Type.String({ description: 'What is different, in a sentence' }),
  status_code: Type.Literal(409),
  expected: Type.String({ description: 'What was expected: `exactly 2`' }),
  matched: Type.Optional(Type.Integer({ description: 'How many requests matched; absent when that is unknown, because requests were dropped' })),
  closest: Type.Array(ref(NearMiss), { description: 'Up to three nearest requests, the newest first, when none matched' })
}, { $id: 'Unmet', description: 'The expectation is not met' }))

/** How many characters of a value a message shows. */
const MAX_LENGTH = 300

const parts: Record<keyof RequestMatch, (exchange: Exchange) => unknown> = {
  method: exchange => exchange.method,
  path: pathOf,
  operation: exchange => exchange.operation,
  session_id: sessionIdOf,
  idempotency_key: exchange => exchange.idempotencyKey,
  status: exchange => exchange.status,
  body: exchange => exchange.requestBody
}

/** The exchanges that match. */
export function findExchanges (exchanges: readonly Exchange[], match: RequestMatch): Exchange[] {
  const named = partsOf(match)
  return exchanges.filter(exchange => named.every(part => fits(exchange, part, match)))
}

/** The problems that the schema cannot find: `count` excludes the other numbers, and those must leave room between them. */
export function checkExpectation ({ count, at_least: atLeast, at_most: atMost }: Expectation): Problem[] {
  const problems: Problem[] = []
  if (count !== undefined && ((atLeast as number | undefined) !== undefined || (atMost as number | undefined) !== undefined)) {
    problems.push({ loc: ['body', 'count'], msg: 'cannot be combined with at_least or at_most', type: 'value_error' })
  }
  if (atLeast !== undefined && atMost !== undefined && atLeast > atMost) {
    problems.push({ loc: ['body', 'at_least'], msg: 'must not be more than at_most', type: 'value_error' })
  }
  return problems
}

/** Compares the journal with an expectation: how many requests matched, or what is different. */
export function verify (journal: Journal, expectation: Expectation): { matched: number } | Unmet {
  const { match = {}, count, at_most: atMost = count } = expectation
  const atLeast = expectation.at_least ?? count ?? (atMost === undefined ? 1 : 0)
  const exchanges = journal.all()
  const matched = findExchanges(exchanges, match).length
  const tooFew = matched < atLeast
  const tooMany = atMost !== undefined && matched > atMost
  const expected = count !== undefined ? `exactly ${count}` : tooFew || atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`
  // dropped requests can only add to the number: too many stay too many, and enough stay enough
  if (journal.dropped > 0 && !tooMany && (tooFew || atMost !== undefined)) {
    return unmet(expected, `The result is unknown: ${journal.dropped} ${journal.dropped === 1 ? 'request was' : 'requests were'} dropped from the journal. ` +
      'Verify earlier, empty the journal between tests, or raise --max-journal-entries (maxJournalEntries) and --max-journal-bytes (maxJournalBytes).')
  }
  if (!tooFew && !tooMany) return { matched }
  const closest = matched === 0 ? closestTo(exchanges, match) : []
  const named = partsOf(match).length === 0 ? '' : ` with ${describe(match)}`
  const actual = exchanges.length === 0 ? 'the journal is empty' : `there ${matched === 1 ? 'was' : 'were'} ${matched === 0 ? 'none' : matched}`
  const wanted = count ?? (tooFew ? atLeast : atMost)
  const detail = `Expected ${expected} matching ${wanted === 1 ? 'request' : 'requests'}${named}, but ${actual}.` +
    (closest.length === 0 ? '' : ` Closest: ${closest.map(({ mismatch }) => mismatch).join('; ')}.`)
  return { ...unmet(expected, detail), matched, closest }
}

function unmet (expected: string, detail: string): Unmet {
  return { error: 'conflict', detail, status_code: 409, expected, closest: [] }
}

/** Narrows the exchanges part by part: those that are left last are nearest, and the part that left none is the mismatch. */
function closestTo (exchanges: readonly Exchange[], match: RequestMatch): NearMiss[] {
  let left = exchanges
  for (const part of partsOf(match)) {
    const next = left.filter(exchange => fits(exchange, part, match))
    if (next.length === 0) {
      return left.slice(-3).reverse().map(exchange => ({
        request: toEntry(exchange),
        mismatch: `request ${exchange.id} has ${part} ${describe(parts[part](exchange))}, not ${describe(match[part])}`
      }))
    }
    left = next
  }
  return []
}

/** A value in a message: with API keys masked, and cut where it is long. */
function describe (value: unknown): string {
  const text = value === undefined ? 'absent' : maskApiKeysIn(JSON.stringify(value))
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
}

function partsOf (match: RequestMatch): (keyof RequestMatch)[] {
  return (Object.keys(parts) as (keyof RequestMatch)[]).filter(part => match[part] !== undefined)
}

function fits (exchange: Exchange, part: keyof RequestMatch, match: RequestMatch): boolean {
  return includes(parts[part](exchange), match[part])
}

/** Whether a value has everything that an expected value names. */
function includes (value: unknown, expected: unknown): boolean {
  if (!isObject(expected)) return isDeepStrictEqual(value, expected)
  return isObject(value) && Object.entries(expected).every(([key, child]) => Object.hasOwn(value, key) && includes(value[key], child))
}

function isObject (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
