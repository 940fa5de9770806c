import type { Case, Step } from '../case.js'
import { error } from '../expectations/errors.js'
import { success } from '../expectations/response.js'
import { readSession, updateSessionWithText } from './update-session/request.js'

/** An update of an unknown session in which everything is wrong except for the headers and the body given here. */
function wrong (headers: Step['headers'], status: number, code: string, text = '{'): Step {
  return updateSessionWithText(text, {
    path: '/sessions/{own}',
    headers: { 'X-API-Key': 'secret', 'Verifa-Version': '2020-01-01', 'Key-Inflection': 'loud', 'Idempotency-Key': '{own}', ...headers },
    expect: [error(status, code)]
  })
}

const key = { 'X-API-Key': '{api_key}' }
const version = { ...key, 'Verifa-Version': null }
const headers = { ...version, 'Key-Inflection': 'snake' }
const useIdempotencyKey = readSession({ headers: { 'Idempotency-Key': '{own}' }, expect: [success] })

const steps: readonly [name: string, ...steps: Step[]][] = [
  ['the API key comes first', wrong({}, 401, 'unauthorized')],
  ['a retired version comes before the other headers', wrong(key, 400, 'bad_request')],
  ['headers come before JSON', wrong(version, 422, 'validation_error')],
  ['the content type comes before JSON', wrong({ ...headers, 'Content-Type': 'text/plain' }, 415, 'bad_request')],
  ['JSON comes before idempotency', useIdempotencyKey, wrong(headers, 400, 'bad_request')],
  ['the body comes before idempotency', useIdempotencyKey, wrong(headers, 422, 'validation_error', '[]')],
  ['idempotency comes before the session', useIdempotencyKey, wrong(headers, 422, 'idempotency_mismatch', '{}')],
  ['the body comes before the session', wrong(headers, 422, 'validation_error', '[]')],
  ['the session comes last', wrong(headers, 404, 'not_found', '{}')]
]

/** Which of several problems a response reports. */
export const order: readonly Case[] = steps.map(([name, ...steps]) => ({
  name,
  mark: 'DECIDED',
  says: 'Checks in this order: API key, version, other headers, JSON, body, idempotency, session, redaction.',
  steps
}))
