import t from 'tap'
import type { Fixture, JournalEntry, Session } from '../../src/index.js'
import type { Pagination } from '../../src/contract/paging.js'
import { errorOf, LIVE_KEY, SANDBOX_KEY, startApp } from '../helper.js'

const fixtures: Fixture[] = [
  { id: 'ses_old', created_at: '2026-01-01T00:00:00.000Z', external_ref: 'Order-1', status: 'completed' },
  { id: 'ses_b', created_at: '2026-01-02T00:00:00.000Z', external_ref: 'order-2' },
  { id: 'ses_a', created_at: '2026-01-02T00:00:00.000Z', external_ref: 'order-20', retention_status: 'redacted' },
  { id: 'ses_live', created_at: '2026-01-03T00:00:00.000Z', is_sandbox: false },
  { id: 'ses_NEW', created_at: '2026-01-04T00:00:00.000Z' }
]

t.test('a page has whole sessions, and says where it stands', async t => {
  const app = startApp(t)
  for (const prefix of ['', '/api/v1']) {
    const response = await app.inject({ url: `${prefix}/sessions?limit=1&external_ref=order-1001`, headers: { 'x-api-key': SANDBOX_KEY } })
    t.equal(response.statusCode, 200)
    const session = await app.inject({ url: '/sessions/ses_pending', headers: { 'x-api-key': SANDBOX_KEY } })
    t.equal(response.body, `{"data":[${session.body}],"pagination":{"total":1,"limit":1,"offset":0}}`)
  }
  const camel = await app.inject({ url: '/sessions?q=ses_pending', headers: { 'x-api-key': SANDBOX_KEY, 'key-inflection': 'camel' } })
  t.match(camel.json(), { data: [{ id: 'ses_pending', isSandbox: true, metadata: { plan: 'free' } }], pagination: { total: 1 } })
})

t.test('the newest sessions of the environment come first, and filters narrow them down', async t => {
  const app = startApp(t, { fixtures })
  const cases: [query: string, ids: string[], pagination: Partial<Pagination>][] = [
    ['', ['ses_NEW', 'ses_a', 'ses_b', 'ses_old'], { total: 4, limit: 50, offset: 0 }],
    ['?limit=2', ['ses_NEW', 'ses_a'], { total: 4, limit: 2, offset: 0 }],
    ['?limit=2&offset=1', ['ses_a', 'ses_b'], { total: 4, limit: 2, offset: 1 }],
    ['?offset=3', ['ses_old'], { total: 4, offset: 3 }],
    ['?offset=4', [], { total: 4, offset: 4 }],
    ['?status=completed', ['ses_old'], { total: 1 }],
    ['?status=failed', [], { total: 0 }],
    ['?q=ORDER-2', ['ses_a', 'ses_b'], { total: 2 }],
    ['?q=new', ['ses_NEW'], { total: 1 }],
    ['?q=order&offset=1&limit=1', ['ses_b'], { total: 3, limit: 1, offset: 1 }],
    ['?q=', ['ses_NEW', 'ses_a', 'ses_b', 'ses_old'], { total: 4 }],
    ['?q=live', [], { total: 0 }],
    ['?external_ref=order-2', ['ses_b'], { total: 1 }],
    ['?external_ref=ORDER-2', [], { total: 0 }],
    ['?external_ref=order-2&status=pending&q=ses_b', ['ses_b'], { total: 1 }],
    ['?page=7&sort=oldest', ['ses_NEW', 'ses_a', 'ses_b', 'ses_old'], { total: 4 }]
  ]
  for (const [query, ids, pagination] of cases) {
    const response = await app.inject({ url: `/sessions${query}`, headers: { 'x-api-key': SANDBOX_KEY } })
    const page = response.json<{ data: Session[], pagination: Pagination }>()
    t.same(page.data.map(({ id }) => id), ids, query)
    t.match(page.pagination, pagination, query)
  }
  const live = await app.inject({ url: '/sessions', headers: { 'x-api-key': LIVE_KEY } })
  t.match(live.json(), { data: [{ id: 'ses_live' }], pagination: { total: 1 } })
})

t.test('a session that is added, updated or removed is so in the list', async t => {
  const app = startApp(t, { fixtures })
  const ids = async () => (await app.inject({ url: '/sessions', headers: { 'x-api-key': SANDBOX_KEY } })).json<{ data: Session[] }>()
    .data.map(({ id, external_ref: ref }) => ref === 'changed' ? `${id} changed` : id)
  t.same(await ids(), ['ses_NEW', 'ses_a', 'ses_b', 'ses_old'])
  await app.inject({ method: 'PATCH', url: '/sessions/ses_b', headers: { 'x-api-key': SANDBOX_KEY }, payload: { external_ref: 'changed' } })
  await app.inject({ method: 'POST', url: '/_mock/sessions', payload: [{ id: 'ses_newest' }, { id: 'ses_oldest', created_at: '2020-01-01T00:00:00.000Z' }] })
  await app.inject({ method: 'DELETE', url: '/_mock/sessions/ses_a' })
  t.same(await ids(), ['ses_newest', 'ses_NEW', 'ses_b changed', 'ses_old', 'ses_oldest'])
})

t.test('a wrong value is a 422 that names the parameter', async t => {
  const app = startApp(t)
  const cases: [query: string, name: string, type: string][] = [
    ['limit=0', 'limit', 'too_small'], ['limit=101', 'limit', 'too_large'], ['limit=ten', 'limit', 'int_type'], ['limit=1.5', 'limit', 'int_type'],
    ['limit=', 'limit', 'int_type'], ['offset=-1', 'offset', 'too_small'], ['status=done', 'status', 'enum'], ['status=', 'status', 'enum'],
    ['q=a&q=b', 'q', 'string_type'], ['external_ref=a&external_ref=b', 'external_ref', 'string_type']
  ]
  for (const [query, name, type] of cases) {
    const error = errorOf(t, await app.inject({ url: `/sessions?${query}`, headers: { 'x-api-key': SANDBOX_KEY } }))
    t.match(error, { error: 'validation_error', status_code: 422, detail: [{ loc: ['query', name], type }] }, query)
  }
  const all = errorOf(t, await app.inject({ url: '/sessions?limit=0&offset=x&status=y', headers: { 'x-api-key': SANDBOX_KEY } }))
  t.equal(all.detail.length, 3, 'all problems together')
})

t.test('a key needs the scope sessions:read, and the journal has no session', async t => {
  const app = startApp(t, { apiKeys: ['vk_sandbox_r=sessions:read', 'vk_sandbox_w=sessions:write', 'vk_pub_sandbox_p'] })
  const send = async (key: string) => app.inject({ url: '/sessions', headers: { 'x-api-key': key } })
  t.equal((await send('vk_sandbox_r')).statusCode, 200)
  t.equal(errorOf(t, await send('vk_sandbox_w')).detail, 'API key lacks the scope sessions:read.')
  t.equal(errorOf(t, await send('vk_pub_sandbox_p')).error, 'forbidden')
  const { data } = (await app.inject('/_mock/requests')).json<{ data: JournalEntry[] }>()
  t.match(data[0], { operation: 'listSessions', session_id: null, changes: [] })
})
