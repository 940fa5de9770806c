import type { Case, Expectation } from '../case.js'
import { fieldsInOrder, noOtherFields } from '../expectations/fields.js'
import { integer, object, ofKinds, oneOf, string } from '../expectations/kinds.js'
import { at } from '../expectations/parts.js'
import { status, success } from '../expectations/response.js'
import { inCamel } from './inflections.js'
import { refusals } from './refusals.js'
import { get } from './requests.js'
import { readSession } from './update-session/request.js'

const names = ['rate_limit', 'quotas', 'plan', 'environment']
const numbers = ['limit', 'remaining', 'reset_in_seconds', 'window_seconds']

/** The three headers of every response: whole numbers, and a time in seconds. */
const rateLimitHeaders: Expectation = ({ response: { headers } }) => {
  const found = ['limit', 'remaining', 'reset'].map(name => headers[`x-ratelimit-${name}`])
  const [limit, remaining, reset] = found.map(text => typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : Number.NaN)
  // seconds: in milliseconds this would be the year 33658
  const isRight = (limit as number) >= 1 && (remaining as number) < (limit as number) && (reset as number) > 1e9 && (reset as number) < 1e12
  return isRight ? undefined : { expected: 'X-RateLimit-Limit, X-RateLimit-Remaining, and X-RateLimit-Reset in seconds', seen: found.map(String).join(', ') }
}

/** What a response says about the rate limit of the key. A run does not exceed it on purpose. */
export const rateLimits: readonly Case[] = [
  {
    name: 'a response has X-RateLimit-Limit, X-RateLimit-Remaining, and X-RateLimit-Reset',
    mark: 'DOC',
    says: 'Every answer carries X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset (Unix seconds).',
    steps: [readSession({ expect: [success, rateLimitHeaders] }), get('/sessions?limit=1', { expect: [success, rateLimitHeaders] })]
  },
  {
    name: 'an error has the headers too',
    mark: 'DECIDED',
    says: 'The three headers are on every answer to an authenticated request.',
    steps: [
      get('/sessions/{own}', { expect: [status(404), rateLimitHeaders] }),
      readSession({ headers: { 'Key-Inflection': 'loud' }, expect: [status(422), rateLimitHeaders] })
    ]
  },
  {
    name: 'GET /rate-limits has the fields of the page',
    mark: 'DOC',
    says: '{"rate_limit":{"limit","remaining","reset_in_seconds","window_seconds"},"quotas":{},"plan","environment"}',
    steps: [
      get('/rate-limits', {
        expect: [
          status(200), fieldsInOrder(names), ofKinds([['rate_limit', object], ['quotas', object], ['plan', string], ['environment', string]]),
          at('rate_limit', fieldsInOrder(numbers)), at('rate_limit', ofKinds(numbers.map(name => [name, integer])))
        ]
      })
    ]
  },
  {
    name: 'GET /rate-limits has no other fields, and names a plan and an environment',
    mark: 'DECIDED',
    says: 'plan: free, starter, professional, enterprise. environment: live or sandbox.',
    steps: [
      get('/rate-limits', {
        expect: [
          success, noOtherFields(names), at('rate_limit', noOtherFields(numbers)),
          ofKinds([['plan', oneOf('free', 'starter', 'professional', 'enterprise')], ['environment', oneOf('live', 'sandbox')]])
        ]
      })
    ]
  },
  {
    name: 'Key-Inflection: camel',
    mark: 'DOC',
    says: 'The page documents Key-Inflection.',
    steps: [
      get('/rate-limits', {
        headers: { 'Key-Inflection': 'camel' }, expect: [success, fieldsInOrder(names.map(inCamel)), at('rateLimit', fieldsInOrder(numbers.map(inCamel)))]
      })
    ]
  },
  ...refusals(() => get('/rate-limits'), false)
]
