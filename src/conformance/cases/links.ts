import type { Case } from '../case.js'
import { error, problemsAt } from '../expectations/errors.js'
import { differsFrom, field, fields, fieldsInOrder, noOtherFields } from '../expectations/fields.js'
import { type FieldKind, ofKinds, oneOf, orNull, string, time } from '../expectations/kinds.js'
import { at, each, items } from '../expectations/parts.js'
import { sameJsonAs, status, success } from '../expectations/response.js'
import { fieldOf } from '../received.js'
import { qrCode } from './create-session/response.js'
import { inCamel } from './inflections.js'
import { refusals, refusedFor } from './refusals.js'
import { createSession, get, post } from './requests.js'

const kinds: readonly [name: string, kind: FieldKind][] = [
  ['id', string],
  ['session_id', string],
  ['capture_url', string],
  ['status', oneOf('active', 'consumed', 'expired', 'revoked')],
  ['expires_at', time],
  ['created_at', time],
  ['qr_code_data_url', orNull(qrCode)]
]
const names = kinds.map(([name]) => name)
const path = (id: string) => `/sessions/${id}/generate-one-time-link`
const generate = (id: string) => post(path(id), {})
const list = (id: string) => get(`/sessions/${id}/links`)
const notFor = 'Not for completed, failed or redacted sessions (400).'
const lasts = (minutes: number) => field('expires_at', `${minutes} minutes after created_at`, (expires, { json }) =>
  Math.abs(Date.parse(String(expires)) - Date.parse(String(fieldOf(json, 'created_at'))) - minutes * 60_000) < 60_000)

/** One-time links to the capture page. */
export const links: readonly Case[] = [
  {
    name: 'the fields and their values are those of the page',
    mark: 'DOC',
    says: 'Response: id, session_id, capture_url, status, expires_at, created_at, qr_code_data_url.',
    sessions: ['pending'],
    steps: [{ ...generate('{pending}'), expect: [success, fieldsInOrder(names), ofKinds(kinds), fields({ session_id: '{pending}', status: 'active' })] }]
  },
  {
    name: 'a success is a 201 with no other fields',
    mark: 'DECIDED',
    says: 'The status is 201. The response has only the seven fields of the page.',
    sessions: ['pending'],
    steps: [{ ...generate('{pending}'), expect: [status(201), fieldsInOrder(names), noOtherFields(names)] }]
  },
  {
    name: 'a new link revokes the active one, and the list has the newest first',
    mark: 'DOC',
    says: 'Making one revokes the active one. List: data, newest first.',
    steps: [
      createSession(),
      { ...generate('{sid}'), expect: [success], save: { first: 'id', url: 'capture_url' } },
      { ...generate('{sid}'), pause: 1100, expect: [success, differsFrom('capture_url', '{url}')], save: { second: 'id' } },
      { ...list('{sid}'), expect: [status(200), items('id', '{second}', '{first}'), items('status', 'active', 'revoked')] }
    ]
  },
  {
    name: 'a listed link has the fields of the page',
    mark: 'DECIDED',
    says: 'Items have the fields of a generated link.',
    sessions: ['pending'],
    steps: [
      { ...generate('{pending}'), expect: [success], save: { link: 'id' } },
      {
        ...list('{pending}'),
        expect: [success, each(fieldsInOrder(names)), each(noOtherFields(names)), each(ofKinds(kinds)), at('data.0', fields({ id: '{link}' }))]
      }
    ]
  },
  {
    name: 'a session without links has an empty list',
    mark: 'DOC',
    says: 'List: data.',
    sessions: ['approved'],
    steps: [{ ...list('{approved}'), expect: [status(200), items('id')] }]
  },
  {
    name: 'expires_in_minutes says how long a link works',
    mark: 'DOC',
    says: '{"expires_in_minutes": integer or null}',
    sessions: ['pending'],
    steps: [
      post(path('{pending}'), { expires_in_minutes: 90 }, { expect: [success, lasts(90)] }),
      post(path('{pending}'), { expires_in_minutes: null }, { expect: [success, ofKinds(kinds)] })
    ]
  },
  {
    name: 'a link works for 20 minutes by default, and for 1 to 10,080 minutes',
    mark: 'DECIDED',
    says: '1 to 10,080 minutes, default 20; no body is {}.',
    sessions: ['pending'],
    steps: [
      ...[{}, undefined, { expires_in_minutes: null }].map(body => post(path('{pending}'), body, { expect: [success, lasts(20)] })),
      ...[1, 10_080].map(minutes => post(path('{pending}'), { expires_in_minutes: minutes }, { expect: [success, lasts(minutes)] }))
    ]
  },
  {
    name: 'a wrong expires_in_minutes is a 422 that names it',
    mark: 'DECIDED',
    says: '1 to 10,080 minutes. Nothing is coerced.',
    sessions: ['pending'],
    steps: [0, 10_081, 1.5, '20'].map(minutes => post(path('{pending}'), { expires_in_minutes: minutes }, {
      expect: [error(422, 'validation_error'), problemsAt(['body', 'expires_in_minutes'])]
    }))
  },
  {
    name: 'a link leaves the session as it is',
    mark: 'DECIDED',
    says: 'A link changes no session: updated_at does not move.',
    sessions: ['pending'],
    steps: [
      get('/sessions/{pending}'),
      { ...generate('{pending}'), pause: 5, expect: [success, ofKinds(kinds)] },
      get('/sessions/{pending}', { expect: [success, sameJsonAs(1)] })
    ]
  },
  {
    name: 'the same request with the same idempotency key gets the original response',
    mark: 'DOC',
    says: 'The page documents Idempotency-Key.',
    sessions: ['pending'],
    steps: [
      { ...generate('{pending}'), headers: { 'Idempotency-Key': '{own}' }, expect: [success, ofKinds(kinds)] },
      { ...generate('{pending}'), headers: { 'Idempotency-Key': '{own}' }, expect: [success, sameJsonAs(1)] }
    ]
  },
  {
    name: 'Key-Inflection: camel',
    mark: 'DOC',
    says: 'Both pages document Key-Inflection.',
    sessions: ['pending'],
    steps: [
      { ...generate('{pending}'), headers: { 'Key-Inflection': 'camel' }, expect: [success, fieldsInOrder(names.map(inCamel))] },
      { ...list('{pending}'), headers: { 'Key-Inflection': 'camel' }, expect: [success, each(fieldsInOrder(names.map(inCamel)))] }
    ]
  },
  refusedFor('approved', 'DOC', notFor, generate),
  refusedFor('redacted', 'DOC', notFor, generate),
  ...refusals(generate),
  ...refusals(list).map(one => ({ ...one, name: `${one.name}: list` }))
]
