import { isDeepStrictEqual } from 'node:util'
import { type Static, Type } from '@sinclair/typebox'
import type { Problem } from '../errors.js'
import type { Exchange, Journal, NumberedExchange } from './journal.js'
import { idempotencyKeyOf, JournalEntry, pathOf, toEntry } from './journal-entry.js'

/** What a request can be looked for by; all that is named must be so. */
export const RequestFilter = Type.Object({
  method: Type.Optional(Type.String({ minLength: 1, description: 'The method, in capital letters' })),
  path: Type.Optional(Type.String({ minLength: 1, description: 'The whole path' })),
  session_id: Type.Optional(Type.String({ minLength: 1, description: 'The session in the path' })),
  idempotency_key: Type.Optional(Type.String({ minLength: 1, description: 'The Idempotency-Key sent' })),
  status: Type.Optional(Type.Integer({ minimum: 100, maximum: 599, description: 'The status answered' }))
}, { additionalProperties: false })
export type RequestFilter = Static<typeof RequestFilter>

/** What is expected of the journal. */
export const Expectation = Type.Object({
  match: Type.Optional(Type.Object({
    ...RequestFilter.properties,
    body: Type.Optional(Type.Unknown({
      description: 'What the body sent must have: of objects the members that are named, at any depth; of all else, lists too, the same'
    }))
  }, { additionalProperties: false })),
  count: Type.Optional(Type.Integer({ minimum: 0, description: 'Exactly so many requests' })),
  at_least: Type.Optional(Type.Integer({ minimum: 0, description: 'So many or more; 1 when no number is given' })),
  at_most: Type.Optional(Type.Integer({ minimum: 0, description: 'So many or fewer' }))
}, { additionalProperties: false, description: 'Which requests are expected, and how many' })
export type Expectation = Static<typeof Expectation>
type Match = NonNullable<Expectation['match']>

/** That what was expected is not so, in the shape of an error with more to it. */
export const Unmet = Type.Object({
  error: Type.Literal('conflict'),
  detail: Type.String({ description: 'What is otherwise, as a sentence' }),
  status_code: Type.Literal(409),
  matched: Type.Optional(Type.Integer({ description: 'How many requests matched; absent when it cannot be told' })),
  closest: Type.Optional(Type.Object({
    request: JournalEntry,
    mismatch: Type.String({ description: 'The first part of it that did not match' })
  }, { description: 'The nearest request, when none matched' }))
}, { description: 'The expectation is not met' })
export type Unmet = Static<typeof Unmet>

const parts: Record<keyof Match, (exchange: Exchange) => unknown> = {
  method: exchange => exchange.method,
  path: pathOf,
  session_id: exchange => exchange.sessionId,
  idempotency_key: idempotencyKeyOf,
  status: exchange => exchange.status,
  body: exchange => exchange.requestBody
}

/** The exchanges that have all that is named. */
export function find (exchanges: NumberedExchange[], match: Match): NumberedExchange[] {
  return partsOf(match).reduce((left, part) => left.filter(exchange => fits(exchange, part, match)), exchanges)
}

/** What the schema cannot say: `count` goes with no other number, and between the others there must be room. */
export function checkExpectation ({ count, at_least: atLeast, at_most: atMost }: Expectation): Problem[] {
  const problems: Problem[] = []
  if (count !== undefined && (atLeast !== undefined || atMost !== undefined)) {
    problems.push({ loc: ['body', 'count'], msg: 'goes without at_least and at_most', type: 'value_error' })
  }
  if (atLeast !== undefined && atMost !== undefined && atLeast > atMost) {
    problems.push({ loc: ['body', 'at_least'], msg: 'must not be more than at_most', type: 'value_error' })
  }
  return problems
}

/** How many requests matched, or in what way it is not as expected. */
export function verify (journal: Journal, expectation: Expectation): { matched: number } | Unmet {
  const { match = {}, count, at_most: atMost = count } = expectation
  const atLeast = expectation.at_least ?? count ?? (atMost === undefined ? 1 : 0)
  const exchanges = journal.all()
  const matched = find(exchanges, match).length
  const few = matched < atLeast
  const many = atMost !== undefined && matched > atMost
  // what was dropped can only have added to the number: too many are too many, and enough are enough
  const uncertain = journal.dropped > 0 && !many && (few || atMost !== undefined)
  if (uncertain) {
    return unmet(`It cannot be told: ${journal.dropped} requests were dropped from the journal, and the answer could depend on them. ` +
      'Verify earlier, empty the journal between tests, or raise --max-journal-entries (maxJournalEntries) and --max-journal-bytes (maxJournalBytes).')
  }
  if (!few && !many) return { matched }
  const expected = count !== undefined ? `exactly ${count}` : few ? `at least ${atLeast}` : `at most ${String(atMost)}`
  const closest = matched === 0 ? closestTo(exchanges, match) : undefined
  const detail = `Expected ${expected} matching requests, but there were ${matched}.${closest === undefined ? '' : ` The closest: ${closest.mismatch}`}`
  return { ...unmet(detail), matched, ...(closest !== undefined && { closest }) }
}

function unmet (detail: string): Unmet {
  return { error: 'conflict', detail, status_code: 409 }
}

/** Narrows the exchanges part by part: the last that are left came closest, and the part that left none is what was otherwise. */
function closestTo (exchanges: NumberedExchange[], match: Match): Unmet['closest'] {
  let left = exchanges
  for (const part of partsOf(match)) {
    const next = left.filter(exchange => fits(exchange, part, match))
    const nearest = left.at(-1)
    if (next.length === 0 && nearest !== undefined) {
      const [expected, seen] = [match[part], parts[part](nearest)].map(value => value === undefined ? 'none' : JSON.stringify(value))
      return { request: toEntry(nearest), mismatch: `request ${nearest.id} has the ${part} ${seen}, not ${expected}.` }
    }
    left = next
  }
  return undefined
}

function partsOf (match: Match): (keyof Match)[] {
  return (Object.keys(parts) as (keyof Match)[]).filter(part => match[part] !== undefined)
}

function fits (exchange: Exchange, part: keyof Match, match: Match): boolean {
  return includes(parts[part](exchange), match[part])
}

/** Whether a value has all that an expected one names. */
function includes (value: unknown, expected: unknown): boolean {
  if (!isObject(expected)) return isDeepStrictEqual(value, expected)
  return isObject(value) && Object.entries(expected).every(([key, child]) => Object.hasOwn(value, key) && includes(value[key], child))
}

function isObject (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
