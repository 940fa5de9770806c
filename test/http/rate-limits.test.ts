import type { FastifyInstance } from 'fastify'
import t from 'tap'
import type { JournalEntry } from '../../src/index.js'
import { errorOf, SANDBOX_KEY, startApp, update } from '../helper.js'
import { startWith, writeNote } from './operations.js'

const freeze = async (app: FastifyInstance) =>
  app.inject({ method: 'POST', url: '/_mock/clock', payload: { freeze: true, set: '2026-03-01T12:00:10Z' } })
const RESET = String(Date.parse('2026-03-01T12:01:00Z') / 1000)

t.test('every authenticated response says what is left, errors too, and so does the journal', async t => {
  const app = startApp(t)
  await freeze(app)
  const expected = { 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': '999', 'x-ratelimit-reset': RESET }
  for (const id of ['ses_pending', 'ses_none']) t.match((await update(app, id, {})).headers, expected)
  const { data } = (await app.inject('/_mock/requests')).json<{ data: JournalEntry[] }>()
  t.match(data.map(({ response }) => response.headers), [expected, expected])
  t.notOk('x-ratelimit-limit' in (await app.inject({ method: 'PATCH', url: '/sessions/ses_pending' })).headers, 'without a key')
})

t.test('one request too many is a 429 before everything else, and its idempotency key stays free', async t => {
  const app = startApp(t, { rateLimit: 1 })
  await freeze(app)
  t.equal((await update(app, 'ses_pending', { external_ref: 'a' }, { 'idempotency-key': 'k' })).statusCode, 200)
  const refused = await update(app, 'ses_pending', '{', { 'idempotency-key': 'k2', 'verifa-version': 'soon' })
  t.match(refused.headers, { 'retry-after': '50', 'x-ratelimit-limit': '1', 'x-ratelimit-remaining': '0' })
  t.same(errorOf(t, refused), { error: 'rate_limited', detail: 'Rate limit exceeded. Retry after 50 seconds.', status_code: 429 })
  t.equal((await update(app, 'ses_pending', { external_ref: 'a' }, { 'idempotency-key': 'k' })).statusCode, 429, 'a replay counts too')
  await app.inject({ method: 'POST', url: '/_mock/clock', payload: { advance: '50s' } })
  const next = await update(app, 'ses_pending', {}, { 'idempotency-key': 'k2' })
  t.match({ status: next.statusCode, headers: next.headers }, { status: 200, headers: { 'x-ratelimit-remaining': '0' } })
  t.notOk('idempotent-replayed' in next.headers)
})

t.test('with a plan, the creation of sessions has a quota', async t => {
  const app = startWith(t, [{ ...writeNote, createsSession: true }], { plan: 'free' })
  await freeze(app)
  const create = async () => app.inject({
    method: 'POST', url: '/sessions/ses_a/notes/n1', headers: { 'x-api-key': SANDBOX_KEY }, payload: { body_text: 'x' }
  })
  t.match((await create()).headers, { 'x-quota-limit': '50', 'x-quota-remaining': '49', 'x-quota-reset': RESET, 'x-ratelimit-limit': '300' })
  for (let count = 1; count < 50; count++) await create()
  const refused = await create()
  t.match(refused.headers, { 'retry-after': '50', 'x-quota-remaining': '0' })
  t.same(errorOf(t, refused), { error: 'quota_exceeded', detail: 'Session creation quota exceeded. Retry after 50 seconds.', status_code: 429 })
  const { data } = (await app.inject('/_mock/requests')).json<{ data: JournalEntry[] }>()
  t.match(data.at(-1)?.response.headers, { 'x-quota-remaining': '0', 'retry-after': '50' })
})

t.test('GET /rate-limits says what is left', async t => {
  const get = async (app: FastifyInstance, headers: Record<string, string> = {}) =>
    app.inject({ url: '/api/v1/rate-limits', headers: { 'x-api-key': SANDBOX_KEY, ...headers } })
  const app = startApp(t)
  await freeze(app)
  t.same((await get(app)).json(), {
    rate_limit: { limit: 1000, remaining: 999, reset_in_seconds: 50, window_seconds: 60 }, quotas: {}, plan: 'enterprise', environment: 'sandbox'
  })
  t.match((await get(app, { 'key-inflection': 'camel', 'x-api-key': 'vk_live_a' })).json(), { rateLimit: { resetInSeconds: 50 }, environment: 'live' })
  const limited = startApp(t, { plan: 'starter' })
  await get(limited)
  t.match((await get(limited)).json(), { rate_limit: { limit: 600, remaining: 598 }, plan: 'starter' })
})

t.test('the control plane brings one key to its limit, or all', async t => {
  const app = startApp(t)
  const set = async (remaining: unknown, headers = {}) => app.inject({ method: 'PUT', url: '/_mock/rate-limits', headers, payload: { remaining } })
  t.equal((await set(0, { 'x-api-key': SANDBOX_KEY })).statusCode, 204)
  t.equal((await update(app, 'ses_pending', {})).statusCode, 429)
  t.equal((await update(app, 'ses_pending', {}, { 'x-api-key': 'vk_sandbox_another' })).statusCode, 200)
  await app.inject({ method: 'POST', url: '/_mock/reset' })
  t.equal((await update(app, 'ses_pending', {})).statusCode, 200)
  await set(0)
  t.equal((await update(app, 'ses_pending', {}, { 'x-api-key': 'vk_sandbox_another' })).statusCode, 429)
  for (const wrong of [-1, 1.5, '1', null]) t.match(errorOf(t, await set(wrong)).detail, [{ loc: ['body', 'remaining'] }])
})
