import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import t, { type Test } from 'tap'
import { type EmbeddedVerifaMock, type Options, startVerifaMock, verifyWebhook } from '../src/index.js'
import { type Receiver, startReceiver } from './receiver.js'

interface Started {
  mock: EmbeddedVerifaMock
  receiver: Receiver
  /** The secret of the sandbox endpoint. */
  secret: string
  post: (path: string, body?: object, apiKey?: string) => Promise<{ status: number, body: Record<string, unknown> }>
  /** The payloads that were received. */
  payloads: () => Record<string, unknown>[]
  events: () => unknown[]
}

/** A mock, a receiver, and a sandbox endpoint that leads to it. */
async function start (t: Test, options: Partial<Options> = {}): Promise<Started> {
  const receiver = await startReceiver(t)
  const mock = await startVerifaMock({ fixtures: [{ id: 'ses_a', status: 'pending' }], ...options })
  t.teardown(async () => mock.close())
  const post: Started['post'] = async (path, body = {}, apiKey = 'vk_sandbox_a') => {
    const response = await mock.app.inject({ method: 'POST', url: path, headers: { 'x-api-key': apiKey }, payload: body })
    return { status: response.statusCode, body: response.json() }
  }
  const { secret } = (await post('/api/v1/webhooks/endpoints', { url: receiver.url })).body as { secret: string }
  const payloads = () => receiver.received.map(({ body }) => JSON.parse(body) as Record<string, unknown>)
  return { mock, receiver, secret, post, payloads, events: () => payloads().map(({ event }) => event) }
}

t.test('an event is received with a signature that verifies, and a payload that says what was true then', async t => {
  const { mock, receiver, secret, post } = await start(t)
  const { body: { id } } = await post('/sessions', { external_ref: 'order-1' })
  await post(`/sessions/${String(id)}/simulate`, { action: 'approve' })
  await mock.webhooks.settled()
  const [created, approved] = receiver.received.map(({ body, headers }) => verifyWebhook(body, headers['x-verifa-signature'], secret))
  t.match(created, { event: 'session.created', idempotency_key: /^idk_/, session_id: id, external_ref: 'order-1', status: 'pending', is_sandbox: true })
  t.match(approved, { event: 'session.approved', session_id: id, status: 'approved', result: { face_match_score: 0.95, extracted_age: 28 } })
  t.match(receiver.received[0]?.headers, { 'content-type': 'application/json', 'x-verifa-delivery-id': /^whd_/ })
})

t.test('what changes a session without an operation is sent too: time, the capture page, the control plane', async t => {
  const { mock, post, events } = await start(t)
  const { body: { capture_url: url } } = await post('/sessions')
  const { pathname } = new URL(String(url))
  await mock.app.inject(pathname)
  await mock.app.inject({ method: 'POST', url: `${pathname}/sandbox-outcome`, payload: { outcome: 'reject' } })
  await mock.simulate('ses_a', 'require-review')
  await mock.seed({ id: 'ses_live', is_sandbox: false, status: 'pending' })
  await mock.simulate('ses_live', 'approve')
  await post('/sessions')
  await mock.clock.advance('20m')
  t.same(events(), ['session.created', 'session.started', 'session.declined', 'session.requires-review', 'session.created', 'session.expired'])
})

t.test('an update, tags, a resumption and a submission send nothing', async t => {
  const { mock, post, events } = await start(t)
  await mock.app.inject({ method: 'PATCH', url: '/sessions/ses_a', headers: { 'x-api-key': 'vk_sandbox_a' }, payload: { external_ref: 'x' } })
  for (const [path, body] of [['add-tag', { tag: 'vip' }], ['resume', {}], ['submit', {}]] as const) await post(`/sessions/ses_a/${path}`, body)
  await mock.webhooks.settled()
  t.same(events(), [])
})

t.test('a delivery that failed is sent again by the clock, with the same ID and a new signature', async t => {
  const { mock, receiver, secret, post } = await start(t, { webhookSignatureTime: 'mock' })
  await mock.clock.freeze()
  receiver.respond = 503
  await post('/sessions')
  await mock.webhooks.settled()
  t.equal(receiver.received.length, 1, 'a frozen clock sends the first attempt only')
  await mock.clock.advance('30s')
  receiver.respond = 200
  await mock.clock.advance('2m')
  t.match(await mock.webhooks.deliveries(), [{ event: 'session.created', status: 'succeeded', attempts: 3, http_status: 200, next_attempt_at: null }])
  const { received } = receiver
  t.equal(new Set(received.map(({ headers }) => headers['x-verifa-delivery-id'])).size, 1)
  const now = (await mock.clock.now()).getTime() / 1000
  t.doesNotThrow(() => verifyWebhook(received[2]?.body ?? '', received[2]?.headers['x-verifa-signature'], secret, { now, tolerance: 1 }))
  t.throws(() => verifyWebhook(received[0]?.body ?? '', received[0]?.headers['x-verifa-signature'], secret, { now, tolerance: 149 }))
  await mock.clock.advance('24h')
  t.equal((await mock.webhooks.verify({ event: 'session.created', count: 1, status: 'succeeded' })), 1)
  t.equal(received.filter(({ body }) => body.includes('session.created')).length, 3)
})

t.test('a clock that returns to real time responds when everything is done that is due by then', async t => {
  const { mock, post, events } = await start(t)
  await mock.clock.freeze('2020-01-01T00:00:00Z')
  const { body: { id } } = await post('/sessions')
  await mock.clock.reset()
  t.same(events(), ['session.created', 'session.expired'])
  t.equal((await mock.sessions()).find(session => session.id === id)?.status, 'expired')
})

t.test('by default a webhook comes after the response; before it when the timing says so', async t => {
  const { mock, receiver, post } = await start(t)
  const order: string[] = []
  const waiting: ServerResponse[] = []
  receiver.respond = response => {
    order.push('webhook')
    waiting.push(response)
  }
  await post('/sessions').then(() => order.push('response'))
  await receiver.has(1)
  waiting.shift()?.end()
  t.same(order, ['response', 'webhook'])
  await mock.webhooks.timing('before')
  const response = post('/sessions').then(() => order.push('response'))
  await receiver.has(2)
  t.same(order.slice(2), ['webhook'], 'the response waits for the receiver')
  waiting.shift()?.end()
  await response
  t.same(order.slice(2), ['webhook', 'response'])
  receiver.respond = 200
  await mock.webhooks.timing(5_000)
  await mock.clock.freeze()
  await post('/sessions')
  await mock.webhooks.settled()
  t.equal(receiver.received.length, 2)
  await mock.clock.advance(5_000)
  t.equal(receiver.received.length, 3)
})

t.test('a triggered event says what its session has, and every part of a delivery can be verified', async t => {
  const { mock } = await start(t)
  await mock.simulate('ses_a', 'approve')
  const [delivery] = await mock.webhooks.trigger('session.approved', { session_id: 'ses_a' })
  t.match(delivery, { payload: { status: 'approved', result: { extracted_age: 28 } } })
  await mock.webhooks.settled()
  const { endpoint_id: endpointId } = delivery ?? { endpoint_id: '' }
  t.equal(await mock.webhooks.verify({
    event: 'session.approved', session_id: 'ses_a', endpoint_id: endpointId, status: 'succeeded', payload: { result: { extracted_age: 28 } }, count: 2
  }), 2)
})

t.test('a replay sends nothing again', async t => {
  const { mock, receiver } = await start(t)
  for (let count = 0; count < 2; count++) {
    await mock.app.inject({ method: 'POST', url: '/sessions', headers: { 'x-api-key': 'vk_sandbox_a', 'idempotency-key': 'k' }, payload: {} })
  }
  await mock.webhooks.settled()
  t.equal(receiver.received.length, 1)
})

t.test('a reset forgets what is in flight, queued and scheduled, and the endpoint', async t => {
  const { mock, receiver, post } = await start(t)
  receiver.respond = () => undefined
  await post('/sessions')
  await post('/sessions')
  await receiver.has(1)
  await mock.reset()
  await mock.webhooks.settled()
  await mock.clock.advance('24h')
  await post('/sessions')
  await mock.webhooks.settled()
  t.equal(receiver.received.length, 1)
  t.same(await mock.webhooks.deliveries(), [])
})

t.test('a saved state keeps endpoints and what is pending', async t => {
  const { mock, receiver, post } = await start(t)
  receiver.respond = 500
  await post('/sessions')
  await mock.webhooks.settled()
  const state = await mock.state()
  await mock.reset()
  receiver.respond = 200
  await mock.restore(state)
  await mock.clock.advance('1m')
  await post('/sessions')
  await mock.webhooks.settled()
  const ids = receiver.received.map(({ headers }) => headers['x-verifa-delivery-id'])
  t.same([ids.length, ids[0] === ids[1], ids[1] === ids[2]], [3, true, false])
})

t.test('each API key has its own endpoints and deliveries, when they are isolated', async t => {
  const { mock, receiver, post } = await start(t, { isolation: 'api-key' })
  await post('/sessions', {}, 'vk_sandbox_b')
  await mock.withApiKey('vk_sandbox_b').webhooks.settled()
  t.equal(receiver.received.length, 0)
  await post('/sessions')
  await mock.withApiKey('vk_sandbox_a').webhooks.settled()
  t.equal(receiver.received.length, 1)
})

t.test('a mock that closes ends what is in flight', async t => {
  const { mock, receiver, post } = await start(t)
  let closed: Promise<unknown> | undefined
  receiver.respond = response => {
    closed = once(response, 'close')
  }
  await post('/sessions')
  await receiver.has(1)
  await mock.close()
  await closed
  t.equal(receiver.received.length, 1)
})

t.test('only so many deliveries are kept, and the number of those that were dropped', async t => {
  const { mock, post } = await start(t, { maxDeliveries: 2 })
  for (let count = 0; count < 3; count++) await post('/sessions')
  await mock.webhooks.settled()
  const { body } = await mock.app.inject('/_mock/webhooks/deliveries')
  t.match(JSON.parse(body), { total: 2, dropped: 1, data: { length: 2 } })
})

t.test('endpoints of the start have the events of both environments', async t => {
  const receiver = await startReceiver(t)
  const mock = await startVerifaMock({ fixtures: [], webhookUrl: receiver.url, webhookSecret: 'whsec_mine' })
  t.teardown(async () => mock.close())
  for (const apiKey of ['vk_sandbox_a', 'vk_live_a']) {
    await mock.app.inject({ method: 'POST', url: '/sessions', headers: { 'x-api-key': apiKey }, payload: {} })
  }
  await mock.webhooks.settled()
  const payloads = receiver.received.map(({ body, headers }) => verifyWebhook(body, headers['x-verifa-signature'], 'whsec_mine'))
  t.match(payloads, [{ is_sandbox: true }, { is_sandbox: false }])
})
