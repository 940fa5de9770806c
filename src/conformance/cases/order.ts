import type { Case, Step } from '../case.js'
import { accepted, error } from '../expectations.js'

/** A request in which everything is wrong that can be, but for what is said here. */
const wrong = (headers: Step['headers'], rest: Omit<Step, 'headers'> = {}): Step => ({
  path: '/sessions/{own}',
  text: '{',
  ...rest,
  headers: { 'X-API-Key': 'secret', 'Verifa-Version': '2020-01-01', 'Key-Inflection': 'loud', 'Idempotency-Key': '{own}', ...headers }
})
const key = { 'X-API-Key': '{api_key}' }
const version = { ...key, 'Verifa-Version': null }
const headers = { ...version, 'Key-Inflection': 'snake' }
const useTheKey: Step = { headers: { 'Idempotency-Key': '{own}' }, body: {}, expect: [accepted] }

/** Which of several problems is told. */
export const order: readonly Case[] = ([
  ['the key before all else', [wrong({}, { expect: [error(401, 'unauthorized')] })]],
  ['a retired version before the other headers', [wrong(key, { expect: [error(400, 'bad_request')] })]],
  ['headers before JSON', [wrong(version, { expect: [error(422, 'validation_error')] })]],
  ['a content type before JSON', [wrong({ ...headers, 'Content-Type': 'text/plain' }, { expect: [error(415, 'bad_request')] })]],
  ['JSON before idempotency', [useTheKey, wrong(headers, { expect: [error(400, 'bad_request')] })]],
  ['the body before idempotency', [useTheKey, wrong(headers, { text: '[]', expect: [error(422, 'validation_error')] })]],
  ['idempotency before the session', [useTheKey, wrong(headers, { text: '{}', expect: [error(422, 'idempotency_mismatch')] })]],
  ['the body before the session', [wrong(headers, { text: '[]', expect: [error(422, 'validation_error')] })]],
  ['the session last', [wrong(headers, { text: '{}', expect: [error(404, 'not_found')] })]]
] as const).map(([name, steps]) => ({
  name,
  mark: 'DECIDED',
  says: 'Checks in this order: key, version, other headers, JSON, body, idempotency, session, redaction.',
  steps
}))
