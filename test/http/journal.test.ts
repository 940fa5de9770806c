import { EventEmitter, once } from 'node:events'
import t from 'tap'
import type { FastifyInstance } from 'fastify'
import type { Exchange } from '../../src/domain/journal/journal.js'
import type { JournalEntry } from '../../src/index.js'
import { LIVE_KEY, SANDBOX_KEY, startApp, startLogged, update } from '../helper.js'

// What a request leaves behind: an entry in the journal and a line in the log.

async function entries (app: FastifyInstance): Promise<JournalEntry[]> {
  return (await app.inject('/_mock/requests')).json<{ data: JournalEntry[] }>().data
}

t.test('a request is in the journal with everything that was sent and changed', async t => {
  const app = startApp(t)
  const headers = { 'idempotency-key': 'k', 'authorization': 'Bearer secret', 'cookie': 'secret' }
  await update(app, 'ses_pending', { externalRef: 'a' }, headers)
  await update(app, 'ses_none', {})
  await update(app, 'ses_pending', {}, { 'x-api-key': 'vk_pub_sandbox_1234567890' })
  await update(app, 'ses_pending', '{"bad')
  await app.inject('/nowhere?q=1')
  await update(app, 'ses_pending', {}, { 'x-api-key': 'nonsense' })
  await app.inject('/_mock/nowhere')
  const [first, ...others] = await entries(app)
  t.match(first, {
    id: 1,
    request_id: String,
    at: /^\d{4}-.*Z$/,
    method: 'PATCH',
    path: '/sessions/ses_pending',
    operation: 'updateSession',
    session_id: 'ses_pending',
    api_key: 'vk_sandbox_…7be2',
    idempotency_key: 'k',
    replayed: false,
    fault: null,
    status: 200,
    reason: null,
    duration_ms: Number,
    request: { headers: { 'x-api-key': 'vk_sandbox_…7be2', 'authorization': '…', 'cookie': '…' }, body: { externalRef: 'a' } },
    response: { headers: { 'verifa-version': '2026-01-01' }, body: { external_ref: 'a' } },
    changes: [{ type: 'session.updated', session_id: 'ses_pending', before: { external_ref: 'order-1001' }, after: { external_ref: 'a' } }]
  })
  t.match(others, [
    { id: 2, session_id: 'ses_none', status: 404, reason: 'no session has the ID "ses_none"', response: { body: { error: 'not_found' } }, changes: [] },
    { id: 3, status: 403, reason: 'Publishable keys can only create sessions. Use a secret key (vk_live_… or vk_sandbox_…).', api_key: 'vk_pub_sandbox_…7890', operation: 'updateSession' },
    { id: 4, status: 400, request: { body: null } },
    { id: 5, method: 'GET', path: '/nowhere?q=1', operation: null, session_id: null, api_key: null, status: 404, request: { body: null } },
    { id: 6, status: 401, operation: 'updateSession', session_id: 'ses_pending' }
  ])
  t.equal(others.length, 5, 'calls of the control plane are not in it')
})

t.test('the journal shows the headers of a response as they were sent', async t => {
  const app = startApp(t)
  const then = { status: 429, headers: { 'X-Extra': 'a', 'Retry-After': '7', 'Verifa-Version': 'b' } }
  await app.inject({ method: 'POST', url: '/_mock/faults', payload: { match: { session_id: 'ses_faulty' }, then } })
  const requests: [url: string, headers: Record<string, string>][] = [
    ['/sessions/ses_pending', {}],
    ['/sessions/ses_pending', { 'key-inflection': 'camel' }],
    ['/sessions/ses_pending', { 'idempotency-key': 'a' }],
    ['/sessions/ses_pending', { 'idempotency-key': 'a', 'key-inflection': 'kebab', 'verifa-version': '2026-09-01' }],
    ['/sessions/ses_pending', { 'verifa-version': '2020-01-01' }],
    ['/sessions/ses_pending', { 'x-api-key': '' }],
    ['/sessions/ses_pending', { 'x-mock-fault': 'status=429' }],
    ['/sessions/ses_pending', { 'content-type': 'text/plain' }],
    ['/sessions/ses_none', {}],
    ['/sessions/ses_faulty', {}],
    ['/nowhere', {}]
  ]
  for (const [url, headers] of requests) {
    const response = await app.inject({
      method: 'PATCH', url, headers: { 'x-api-key': SANDBOX_KEY, 'content-type': 'application/json', ...headers }, payload: '{}'
    })
    const addedByNode = ['connection', 'content-length', 'date']
    const sent = Object.fromEntries(Object.entries(response.headers).filter(([name]) => !addedByNode.includes(name)))
    t.same((await entries(app)).at(-1)?.response.headers, sent, `${url} ${JSON.stringify(headers)}`)
  }
})

t.test('each request has a line in the log, with the ID that its journal entry has', async t => {
  const { app, log } = startLogged(t)
  await update(app, 'ses_pending', {}, { 'idempotency-key': 'k' })
  await update(app, 'ses_pending', {}, { 'idempotency-key': 'k' })
  await update(app, 'ses_pending', {}, { 'x-api-key': undefined })
  await app.inject('/sessions/%zz')
  await t.rejects(update(app, 'ses_pending', {}, { 'x-mock-fault': 'drop=after' }))
  await t.rejects(update(app, 'ses_pending', {}, { 'x-mock-fault': 'drop=before' }))
  await app.inject('/openapi.json')
  await app.inject('/docs/')
  const line = { level: 30, msg: 'request', reqId: String, method: 'PATCH', url: '/sessions/ses_pending', status: 200, ms: Number, apiKey: 'vk_sandbox_…7be2' }
  t.match(log(), [
    line,
    { ...line, replayed: true },
    { status: 401, error: 'unauthorized', detail: 'Missing API key. Send it in the X-API-Key header.' },
    { url: '/sessions/%zz', status: 400, detail: 'Request path has an invalid percent-encoding.' },
    { ...line, fault: 'drop=after' },
    { status: null, fault: 'drop=before' },
    { url: '/openapi.json', status: 200 },
    { url: '/docs/', status: 200 }
  ])
  t.same(Object.keys(log()[0] ?? {}).sort(),
    ['apiKey', 'hostname', 'level', 'method', 'ms', 'msg', 'pid', 'reqId', 'status', 'time', 'url'], 'what does not apply is absent')
  const logged = log().filter(({ url }) => url === '/sessions/ses_pending').map(({ reqId }) => reqId)
  t.same((await entries(app)).map(entry => entry.request_id), logged)
  t.equal(new Set(log().map(({ reqId }) => reqId)).size, log().length)
})

t.test('above level info no request is logged', async t => {
  const { app, lines } = startLogged(t, { logLevel: 'warn' })
  await update(app, 'ses_none', {})
  await app.inject('/sessions/%zz')
  t.same(lines, [])
})

t.test('log and journal have the reason why a request was refused, and the response is terse', async t => {
  const { app, log } = startLogged(t, { apiKeys: [SANDBOX_KEY, LIVE_KEY] })
  await update(app, 'ses_pending', { metadata: { plan: 'gold' } }, { 'idempotency-key': 'k' })
  const refused: [reason: string, id: string, body: unknown, headers?: Record<string, string>][] = [
    ['ses_pending is a sandbox session, the API key is live', 'ses_pending', {}, { 'x-api-key': LIVE_KEY }],
    ['no session has the ID "ses_none"', 'ses_none', {}],
    ['a key is vk_live_ or vk_sandbox_ followed by something without spaces and commas', 'ses_pending', {}, { 'x-api-key': 'secret' }],
    ['vk_live_…6789 is not one of the keys that --api-key lists', 'ses_pending', {}, { 'x-api-key': 'vk_live_0123456789' }],
    ['body differs at metadata.plan', 'ses_pending', { metadata: { plan: 'silver' } }, { 'idempotency-key': 'k' }],
    ['path differs at session_id', 'ses_bare', { metadata: { plan: 'gold' } }, { 'idempotency-key': 'k' }],
    ['body is not valid JSON at position 17', 'ses_pending', '{"metadata":null,}'],
    ['body is not valid JSON at \'g\' in ...":{"plan": gold, "oth"...', 'ses_pending', '{"metadata":{"plan": gold, "other": "silver"}}'],
    ['body is not valid JSON: it ends too early', 'ses_pending', '{"metadata":'],
    ['injected by a fault', 'ses_pending', {}, { 'x-mock-fault': 'status=503' }]
  ]
  for (const [reason, id, body, headers] of refused) t.notMatch((await update(app, id, body, headers)).body, reason)
  const reasons = refused.map(([reason]) => reason)
  t.same(log().slice(1).map(({ reason }) => reason), reasons)
  t.same((await entries(app)).slice(1).map(({ reason }) => reason), reasons)
})

t.test('log and journal name the parameters of a query that were ignored', async t => {
  const { app, log } = startLogged(t)
  const requests: [reason: string | undefined, method: 'GET' | 'POST', url: string, status: number][] = [
    ['unknown query parameter statsu; did you mean status?', 'GET', '/sessions?statsu=pending', 200],
    ['unknown query parameter colour', 'GET', '/api/v1/sessions?colour=red&limit=1', 200],
    ['unknown query parameter a, unknown query parameter limits; did you mean limit?', 'GET', '/results?a&limits=2&a=3', 200],
    ['unknown query parameter dry_run', 'POST', '/sessions/ses_bare/expire?dry_run=1', 200],
    ['unknown query parameter statsu; did you mean status?', 'GET', '/sessions?statsu=pending&limit=0', 422],
    ['no session has the ID "ses_none"', 'GET', '/sessions/ses_none?x=1', 404],
    ['unknown query parameter vk_sandbox_…6789', 'GET', '/sessions?vk_sandbox_0123456789=1', 200],
    [undefined, 'GET', '/sessions?', 200],
    [undefined, 'GET', '/sessions?q=a&status=pending', 200]
  ]
  for (const [, method, url, status] of requests) {
    t.equal((await app.inject({ method, url, headers: { 'x-api-key': SANDBOX_KEY } })).statusCode, status, url)
  }
  t.same(log().map(({ reason }) => reason), requests.map(([reason]) => reason))
  const withDetail = requests.map(([reason, , , status]) => status === 422 ? `query.limit must be 1 or more; ${String(reason)}` : reason ?? null)
  t.same((await entries(app)).map(({ reason }) => reason), withDetail)
})

t.test('no API key is in log or journal, wherever it was sent', async t => {
  const { app, lines } = startLogged(t)
  const secret = '0123456789'
  for (const key of [`vk_live_${secret}`, `vk%5Flive%5F${secret}`, `vk_pub_live_${secret}`, `%76k_sandbox_${secret}`]) {
    const urls = [
      `/nowhere?api_key=${key}&x=y`, `/nowhere/${key}/x`, `/api/v1/cases/${key}`, `/sessions/${key}`, `/sessions/ses_pending?api_key=${key}`,
      `/sessions/%zz?key=${key}`, `/_mock/sessions/${key}`, `/_mock/faults/${key}`, `/_mock/nowhere?${key}`, `/docs/${key}`
    ]
    for (const url of urls) {
      await app.inject({ method: 'PATCH', url, headers: { 'x-api-key': SANDBOX_KEY }, payload: {} })
      await app.inject({ url, headers: { 'x-other': decodeURIComponent(key), 'referer': `http://localhost/?key=${key}` } })
      await app.inject({ url, headers: { 'x-api-key': decodeURIComponent(key) } })
    }
    await update(app, 'ses_pending', {}, { host: decodeURIComponent(key) })
    await app.inject({ url: '/_mock/sessions', headers: { origin: `http://${decodeURIComponent(key)}` } })
    const journal = JSON.stringify(await entries(app))
    const find = (text: string) => (/.{60}(?<!\d)012345(?=6789).{20}/.exec(text) ?? [])[0]
    t.equal(find(journal), undefined, `${key}: journal`)
    t.equal(find(lines.join('')), undefined, `${key}: log`)
    t.match(journal, '6789', 'its end is shown')
  }
  t.match((await entries(app)).find(({ path }) => path.startsWith('/sessions/vk_sandbox')),
    { session_id: 'vk_sandbox_…6789', path: '/sessions/vk_sandbox_…6789', reason: 'no session has the ID "vk_sandbox_…6789"' })
})

t.test('a saved state has no API key', async t => {
  const app = startApp(t)
  await update(app, 'ses_pending', {}, { 'idempotency-key': 'k' })
  const { body } = await app.inject('/_mock/state')
  t.match(body, 'vk_sandbox_…7be2')
  t.notMatch(body, SANDBOX_KEY)
})

t.test('a body that is nested too deep is refused, and leaves the journal readable', async t => {
  const app = startApp(t)
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  t.equal((await update(app, 'ses_pending', `{"foo":${deep}}`)).statusCode, 422)
  t.match(await entries(app), [{ status: 422, request: { body: null } }])
})

// A journal outside of the process takes time, and may fail.

t.test('a response is sent when its exchange was added', async t => {
  const app = startApp(t, {})
  const { journal } = app.workspaces.shared.world
  const add = journal.add.bind(journal)
  const test = new EventEmitter()
  const [called, goOn] = [once(test, 'called'), once(test, 'go on')]
  t.intercept(journal, 'add', {
    value: async (exchange: Exchange) => {
      test.emit('called')
      await goOn
      await add(exchange)
    }
  })
  let responded = false
  const response = update(app, 'ses_pending', { external_ref: 'a' }).finally(() => {
    responded = true
  })
  await called
  for (let turn = 0; turn < 10; turn++) await new Promise(resolve => setImmediate(resolve))
  t.equal(responded, false)
  test.emit('go on')
  t.match((await response).json(), { external_ref: 'a' })
  t.match(await entries(app), [{ id: 1, status: 200, changes: [{ type: 'session.updated' }] }])
  const again = await app.inject({ method: 'POST', url: '/_mock/requests/1/resend', payload: {} })
  t.match(again.json(), { id: 2, status: 200 }, 'a request that is sent again has its ID by then')
})

t.test('when an exchange cannot be added, that is logged, and the response is sent all the same', async t => {
  const { app, log, lines } = startLogged(t)
  const { journal } = app.workspaces.shared.world
  const broken = t.intercept(journal, 'add', { value: async () => Promise.reject(new Error('connection lost')) })
  const responses = [await update(app, 'ses_pending', { external_ref: 'a' }), await update(app, 'ses_none', {}), await app.inject('/nowhere')]
  t.same(responses.map(({ statusCode }) => statusCode), [200, 404, 404])
  t.match(responses[0]?.json(), { external_ref: 'a' })
  await t.rejects(update(app, 'ses_pending', {}, { 'x-mock-fault': 'drop=after' }), { code: 'LIGHT_ECONNRESET' })
  const warnings = log().filter(({ level }) => level === 40)
  t.match(warnings, Array.from({ length: 4 }, () => ({ msg: 'a request could not be added to the journal', err: { message: 'connection lost' } })))
  t.same(warnings.map(({ reqId }) => reqId), log().filter(({ msg }) => msg === 'request').map(({ reqId }) => reqId))
  t.notMatch(lines.join(''), SANDBOX_KEY)
  broken.restore()
  await update(app, 'ses_pending', {})
  t.match(await entries(app), [{ id: 1, status: 200 }])
})
