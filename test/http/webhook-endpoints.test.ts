import t from 'tap'
import { webhookEvents } from '../../src/domain/events.js'
import type { DeliveryList } from '../../src/domain/webhooks/list-deliveries.js'
import type { NewEndpoint } from '../../src/domain/webhooks/shown-endpoint.js'
import type { SendResult } from '../../src/domain/webhooks/sending.js'
import { failedDelivery } from '../domain/webhook-examples.js'
import { advance, errorOf, LIVE_KEY, startApp } from '../helper.js'
import { keyOf, lastEntry, send, startWithScopes } from './requests.js'

const url = 'http://localhost:3000/hook'
const live = { 'x-api-key': LIVE_KEY }
const notFound = { error: 'not_found', detail: 'Webhook endpoint not found.', status_code: 404 }

async function create (app: ReturnType<typeof startApp>, body: object = {}, headers: Record<string, string> = {}): Promise<NewEndpoint> {
  const response = await send(app, 'POST /webhooks/endpoints', { url, ...body }, headers)
  if (response.statusCode !== 201) throw new Error(response.body)
  return response.json()
}

t.test('an endpoint is created with its secret', async t => {
  const app = startApp(t)
  for (const prefix of ['', '/api/v1']) {
    const response = await send(app, `POST ${prefix}/webhooks/endpoints`, { url })
    t.equal(response.statusCode, 201)
    const { id, created_at: at, secret } = response.json<NewEndpoint>()
    t.equal(response.body, [
      `{"id":"${id}","url":"${url}","environment":"sandbox","enabled":true,"enabled_events":[],"created_at":"${at}","updated_at":"${at}"`,
      '"label":null,"description":null,"attribute_blocklist":[],"event_filter_conditions":{},"api_version":null,"key_inflection":"snake"',
      `"secret":"${secret}"}`
    ].join(','))
    t.match(id, /^webhook_[0-9a-f]{20}$/)
    t.match(secret, /^whsec_[0-9a-f]{32}$/)
  }
  t.match(await lastEntry(app), { operation: 'createWebhookEndpoint', changes: [] })
})

t.test('an endpoint has what it is given, and user keys keep their names', async t => {
  const app = startApp(t)
  const given = {
    environment: 'sandbox',
    enabled: false,
    enabled_events: ['session.approved', 'case.opened'],
    label: 'Orders',
    description: 'For tests',
    attribute_blocklist: ['external_ref', 'result.extracted_data.firstName'],
    event_filter_conditions: { 'result.age_check_passed': true, 'external_ref': null },
    api_version: '2026-01-01',
    key_inflection: 'camel'
  }
  t.match(await create(app, given), given)
  const camel = await send(app, 'POST /webhooks/endpoints', { url, eventFilterConditions: { external_ref: { some_key: 1 } } }, { 'key-inflection': 'camel' })
  t.match(camel.json(), { enabledEvents: [], eventFilterConditions: { external_ref: { some_key: 1 } }, keyInflection: 'snake' })
  t.same((await create(app, { enabled_events: ['*'] })).enabled_events, [], 'all')
})

t.test('endpoints are listed, the oldest first, and each environment has its own', async t => {
  const app = startApp(t)
  t.same((await send(app, 'GET /webhooks/endpoints')).json(), { data: [] })
  const [first, second, other] = [await create(app), await create(app), await create(app, {}, live)]
  const list = await send(app, 'GET /webhooks/endpoints')
  t.equal(list.statusCode, 200)
  t.same(list.json(), { data: [first, second] }, 'with secrets, in the sandbox')
  const { secret, ...shown } = other
  t.match(secret, /^whsec_/)
  t.same((await send(app, 'GET /webhooks/endpoints', undefined, live)).json(), { data: [shown] })
  t.same((await send(app, `GET /webhooks/endpoints/${other.id}`, undefined, live)).json(), shown)
  t.same((await send(app, `GET /webhooks/endpoints/${first.id}`)).json(), first)
})

t.test('an update changes the fields that it has', async t => {
  const app = startApp(t)
  const before = await create(app, { label: 'Orders', enabled_events: ['session.approved'] })
  await advance(app, 1_000)
  const response = await send(app, `PATCH /webhooks/endpoints/${before.id}`, { label: null, enabled_events: ['*'], keyInflection: 'kebab' })
  t.equal(response.statusCode, 200)
  const after = response.json<NewEndpoint>()
  t.same(after, { ...before, label: null, enabled_events: [], key_inflection: 'kebab', updated_at: after.updated_at })
  t.equal(Date.parse(after.updated_at) - Date.parse(before.updated_at) >= 1_000, true)
  t.same((await send(app, `GET /webhooks/endpoints/${before.id}`)).json(), after)
})

t.test('an endpoint is deleted', async t => {
  const app = startApp(t)
  const { id } = await create(app)
  const response = await send(app, `DELETE /webhooks/endpoints/${id}`)
  t.same([response.statusCode, response.body], [204, ''])
  t.same(errorOf(t, await send(app, `DELETE /webhooks/endpoints/${id}`)), notFound)
})

t.test('a rotated secret is another one, and a clone has one of its own', async t => {
  const app = startApp(t)
  const before = await create(app, { label: 'Orders' }, live)
  const rotated = await send(app, `POST /webhooks/endpoints/${before.id}/rotate-secret`, undefined, live)
  t.equal(rotated.statusCode, 200)
  const { secret, updated_at: updatedAt } = rotated.json<NewEndpoint>()
  t.same(rotated.json(), { ...before, secret, updated_at: updatedAt })
  const cloned = await send(app, `POST /webhooks/endpoints/${before.id}/clone`, undefined, live)
  t.equal(cloned.statusCode, 201)
  const copy = cloned.json<NewEndpoint>()
  t.match(copy, { label: 'Orders', url, cloned_from: before.id, secret: /^whsec_[0-9a-f]{32}$/ })
  t.equal(Object.keys(copy).at(-1), 'cloned_from')
  t.equal(new Set([before.secret, secret, copy.secret]).size, 3)
  t.not(copy.id, before.id)
})

t.test('event types are those that the mock sends', async t => {
  const response = await send(startApp(t), 'GET /webhooks/event-types')
  t.same([response.statusCode, response.json()], [200, { data: [...webhookEvents] }])
})

t.test('a test sends once, and is recorded', async t => {
  const app = startApp(t, {})
  const { world } = app.workspaces.shared
  const results: SendResult[] = [
    { http_status: 200, error: null, final: false }, { http_status: null, error: 'connect ECONNREFUSED 127.0.0.1:3000', final: false }
  ]
  let sent = 0
  world.webhooks.test = async ({ id }) => {
    const result = results[sent] as SendResult
    return { delivery: failedDelivery({ id: `whd_${sent++}`, endpoint_id: id, event: 'webhook.test', session_id: null }), result }
  }
  const { id } = await create(app)
  const key = { 'idempotency-key': 'k' }
  const [one, same] = await Promise.all([1, 2].map(async () => send(app, `POST /webhooks/endpoints/${id}/test`, undefined, key)))
  t.same([one?.statusCode, one?.json()], [200, { success: true, http_status: 200, error: null, url }])
  t.same([same?.body, same?.headers['idempotent-replayed'], sent], [one?.body, 'true', 1], 'equal requests send once')
  t.same((await send(app, `POST /webhooks/endpoints/${id}/test`)).json(), { success: false, http_status: null, error: 'connect ECONNREFUSED 127.0.0.1:3000', url })
  t.match((await send(app, `GET /webhooks/endpoints/${id}/deliveries`)).json(), { data: [{ id: 'whd_1' }, { id: 'whd_0', event: 'webhook.test' }] })
  t.same(errorOf(t, await send(app, 'POST /webhooks/endpoints/webhook_none/test')), notFound)
  t.equal(sent, 2)
})

t.test('deliveries of an endpoint are listed, the newest first', async t => {
  const app = startApp(t)
  const { id } = await create(app)
  const deliveries = ['2026-03-01T10', '2026-03-01T11', '2026-03-01T12'].map((hour, index) => failedDelivery({
    id: `whd_${index}`, endpoint_id: id, created_at: `${hour}:00:00.000Z`, event: index === 1 ? 'session.created' : 'session.approved'
  }))
  const { store } = app.workspaces.shared.world
  await store.transact({}, () => ({ puts: { deliveries: [...deliveries, failedDelivery({ endpoint_id: 'webhook_other' })] } }))
  const list = async (query = '') => (await send(app, `GET /webhooks/endpoints/${id}/deliveries${query}`)).json<DeliveryList>()
  const ids = async (query: string) => (await list(query)).data.map(({ id }) => id)
  const { data, pagination } = await list()
  t.same(pagination, { total: 3, limit: 50, offset: 0 })
  t.same(data[0], {
    id: 'whd_2',
    endpoint_id: id,
    event: 'session.approved',
    session_id: 'ses_a',
    url,
    status: 'failed',
    attempts: 1,
    http_status: 500,
    error: 'The receiver responded with 500.',
    created_at: '2026-03-01T12:00:00.000Z',
    last_attempt_at: '2026-03-01T11:30:00.000Z',
    next_attempt_at: null,
    payload: { event: 'session.approved' }
  })
  t.same(await ids('?event_type=session.created'), ['whd_1'])
  t.same(await ids('?date_from=2026-03-01T12:00:00%2B01:00'), ['whd_2', 'whd_1'])
  t.same(await ids('?date_to=2026-03-01T11:00:00Z'), ['whd_1', 'whd_0'])
  t.same(await ids('?limit=1&offset=1'), ['whd_1'])
  t.match(errorOf(t, await send(app, `GET /webhooks/endpoints/${id}/deliveries?date_from=today&limit=0`)).detail,
    [{ loc: ['query', 'date_from'], type: 'datetime_parsing' }, { loc: ['query', 'limit'], type: 'too_small' }])
})

t.test('a failed delivery is sent again', async t => {
  const app = startApp(t, {})
  const { world } = app.workspaces.shared
  const pending = failedDelivery({ id: 'whd_pending', status: 'pending', next_attempt_at: '2999-01-01T00:00:00.000Z' })
  await world.store.transact({}, () => ({ puts: { deliveries: [failedDelivery(), failedDelivery({ id: 'whd_ok', status: 'succeeded' }), pending] } }))
  await world.clock.freeze(true)
  const now = new Date(world.clock.now()).toISOString()
  const response = await send(app, 'POST /webhooks/deliveries/whd_a/retry')
  t.equal(response.statusCode, 202)
  t.match(response.json(), { id: 'whd_a', status: 'pending', attempts: 1, next_attempt_at: now })
  for (const [id, status] of [['whd_ok', 'succeeded'], ['whd_pending', 'pending']] as const) {
    t.same(errorOf(t, await send(app, `POST /webhooks/deliveries/${id}/retry`)),
      { error: 'bad_request', detail: `Webhook delivery is ${status} and cannot be retried.`, status_code: 400 })
  }
  for (const [id, headers] of [['whd_none', {}], ['whd_a', live]] as const) {
    t.same(errorOf(t, await send(app, `POST /webhooks/deliveries/${id}/retry`, undefined, headers)),
      { error: 'not_found', detail: 'Webhook delivery not found.', status_code: 404 })
  }
})

t.test('the mock sends to this machine, and to the hosts of --webhook-host', async t => {
  const local = ['http://localhost/a', 'https://app.localhost:8443', 'http://127.0.0.2:1', 'http://[::1]:3000/hook?a=b']
  const refused = ['https://example.com/hook', 'http://10.0.0.1', 'http://169.254.169.254/', 'http://localhost.example.com', 'http://[fe80::1]/']
  const app = startApp(t)
  const { id } = await create(app)
  const msg = (host: string) => `must be on this machine, or on a host that the mock may send to: add it with --webhook-host ${host} (webhookHosts)`
  for (const one of local) t.equal((await create(app, { url: one })).url, one)
  for (const one of refused) {
    const host = new URL(one).hostname.replace(/[[\]]/g, '')
    for (const what of ['POST /webhooks/endpoints', `PATCH /webhooks/endpoints/${id}`]) {
      t.same(errorOf(t, await send(app, what, { url: one })),
        { error: 'validation_error', detail: [{ loc: ['body', 'url'], msg: msg(host), type: 'host_not_allowed' }], status_code: 422 })
    }
  }
  const open = startApp(t, { webhookHosts: ['hooks.example'] })
  t.equal((await create(open, { url: 'https://HOOKS.example/a' })).url, 'https://HOOKS.example/a')
  t.equal(errorOf(t, await send(open, 'POST /webhooks/endpoints', { url: 'https://a.hooks.example' })).status_code, 422)
})

t.test('wrong fields', async t => {
  const app = startApp(t)
  const wrong: [field: string, value: unknown, loc: (string | number)[], type: string][] = [
    ['url', 'localhost:3000', [], 'url_parsing'],
    ['url', null, [], 'string_type'],
    ['environment', 'live', [], 'value_error'],
    ['environment', 'test', [], 'enum'],
    ['enabled', 'yes', [], 'bool_type'],
    ['enabled_events', [''], [0], 'string_too_short'],
    ['enabled_events', ['x'.repeat(101)], [0], 'string_too_long'],
    ['enabled_events', null, [], 'list_type'],
    ['attribute_blocklist', ['event'], [0], 'value_error'],
    ['attribute_blocklist', ['idempotency_key'], [0], 'value_error'],
    ['attribute_blocklist', ['sessionId'], [0], 'string_pattern_mismatch'],
    ['attribute_blocklist', ['result.'], [0], 'string_pattern_mismatch'],
    ['event_filter_conditions', [], [], 'dict_type'],
    ['api_version', '2026-02-30', [], 'date_parsing'],
    ['key_inflection', 'pascal', [], 'enum'],
    ['secret', 'mine', [], 'extra_forbidden']
  ]
  for (const [field, value, loc, type] of wrong) {
    t.match(errorOf(t, await send(app, 'POST /webhooks/endpoints', { url, [field]: value })).detail, [{ loc: ['body', field, ...loc], type }], `${field} ${type}`)
  }
  t.match(errorOf(t, await send(app, 'POST /webhooks/endpoints', {})).detail, [{ loc: ['body', 'url'], type: 'missing' }])
})

t.test('an endpoint of the other environment is not there', async t => {
  const app = startApp(t)
  const { id } = await create(app, {}, live)
  const one = `/webhooks/endpoints/${id}`
  const all = [`GET ${one}`, `PATCH ${one}`, `DELETE ${one}`, `POST ${one}/rotate-secret`, `POST ${one}/clone`, `POST ${one}/test`, `GET ${one}/deliveries`]
  for (const what of all) {
    t.same(errorOf(t, await send(app, what, what.startsWith('PATCH') ? {} : undefined)), notFound, what)
  }
  t.match(await lastEntry(app), { reason: `${id} is a live webhook endpoint, the API key is sandbox` })
})

t.test('reading needs webhooks:read, and writing webhooks:write', async t => {
  const app = startWithScopes(t, ['webhooks:read', 'webhooks:write'])
  for (const [what, scope, other] of [
    ['GET /webhooks/endpoints', 'webhooks:read', 'webhooks:write'], ['POST /webhooks/endpoints', 'webhooks:write', 'webhooks:read']
  ] as const) {
    const body = what.startsWith('POST') ? { url } : undefined
    t.match((await send(app, what, body, { 'x-api-key': keyOf(scope) })).statusCode, /20[01]/)
    t.equal(errorOf(t, await send(app, what, body, { 'x-api-key': keyOf(other) })).detail, `API key lacks the scope ${scope}.`)
  }
})

t.test('--webhook-url makes an endpoint in each environment, at the start and after a reset', async t => {
  const app = startApp(t, { webhookUrl: url, isolation: 'api-key' })
  const secret = `whsec_${'0'.repeat(32)}`
  t.match((await send(app, 'GET /webhooks/endpoints')).json(), { data: [{ id: 'webhook_sandbox', url, environment: 'sandbox', enabled: true, enabled_events: [], secret }] })
  t.match((await send(app, 'GET /webhooks/endpoints', undefined, live)).json(), { data: [{ id: 'webhook_live', environment: 'live' }] })
  t.equal((await send(app, 'DELETE /webhooks/endpoints/webhook_sandbox')).statusCode, 204)
  await send(app, 'POST /_mock/reset')
  t.equal((await send(app, 'GET /webhooks/endpoints/webhook_sandbox')).statusCode, 200)
  t.match((await send(startApp(t, { webhookUrl: url, webhookSecret: 'mine' }), 'GET /webhooks/endpoints')).json(), { data: [{ secret: 'mine' }] })
})
