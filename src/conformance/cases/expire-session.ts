import type { Case } from '../case.js'
import { fields, fieldsInOrder, noOtherFields } from '../expectations/fields.js'
import { ofKinds, oneOf, string, time } from '../expectations/kinds.js'
import { sameJsonAs, status, success } from '../expectations/response.js'
import { refusals, refusedFor } from './refusals.js'
import { createSession, get, post, simulate } from './requests.js'

const names = ['id', 'status', 'expired_at']
const expire = (id: string) => post(`/sessions/${id}/expire`)
const notActive = 'Expire: not completed, expired, redacted; otherwise 400.'

/** Expiring a session. */
export const expireSession: readonly Case[] = [
  {
    name: 'the fields and their values are those of the page',
    mark: 'DOC',
    says: 'Response: id, status, expired_at.',
    steps: [
      createSession(),
      {
        ...expire('{sid}'),
        expect: [
          status(200), fieldsInOrder(names), fields({ id: '{sid}' }),
          ofKinds([['id', string], ['status', oneOf('expired')], ['expired_at', time]])
        ]
      }
    ]
  },
  {
    name: 'the session is expired, and has no capture URL any more',
    mark: 'DOC',
    says: 'capture_url: only present while the session is pending or capturing.',
    steps: [
      createSession(),
      { ...expire('{sid}'), expect: [success, noOtherFields(names)] },
      get('/sessions/{sid}', { expect: [success, fields({ status: 'expired', capture_url: null, token_expires_at: null })] })
    ]
  },
  {
    name: 'every active session can be expired',
    mark: 'DECIDED',
    says: 'Expire: from every active status.',
    steps: [
      createSession(), post('/sessions/{sid}/submit'), { ...expire('{sid}'), expect: [success, fields({ status: 'expired' })] },
      createSession(), simulate('require-review'), { ...expire('{sid}'), expect: [success, fields({ status: 'expired' })] }
    ]
  },
  {
    name: 'the same request with the same idempotency key gets the original response',
    mark: 'DOC',
    says: 'The page documents Idempotency-Key.',
    steps: [
      createSession(),
      { ...expire('{sid}'), headers: { 'Idempotency-Key': '{own}' }, expect: [success, fields({ status: 'expired' })] },
      { ...expire('{sid}'), headers: { 'Idempotency-Key': '{own}' }, expect: [success, sameJsonAs(2)] }
    ]
  },
  {
    name: 'Key-Inflection: camel',
    mark: 'DECIDED',
    says: 'Key-Inflection is honored on every operation.',
    steps: [
      createSession(),
      { ...expire('{sid}'), headers: { 'Key-Inflection': 'camel' }, expect: [success, fieldsInOrder(['id', 'status', 'expiredAt'])] }
    ]
  },
  refusedFor('approved', 'DOC', notActive, expire),
  refusedFor('expired', 'DOC', notActive, expire),
  refusedFor('redacted', 'DOC', notActive, expire),
  ...refusals(expire)
]
