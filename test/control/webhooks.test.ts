import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import {
  type ApiError, connectVerifaMock, type EmbeddedVerifaMock, type NearDelivery, startVerifaMock, type TriggeredEvent, type UnmetExpectation,
  verifyWebhook, type WebhookTiming
} from '../../src/index.js'
import { endpoint } from '../domain/webhook-examples.js'
import { LIVE_KEY } from '../helper.js'

interface Receiver {
  url: string
  /** The events that came, in their order, and their bodies. */
  events: string[]
  bodies: string[]
  headers: Record<string, string>[]
  /** What the receiver responds with; 0 for nothing. */
  status: number
}

async function startReceiver (t: Test): Promise<Receiver> {
  const receiver: Receiver = { url: '', events: [], bodies: [], headers: [], status: 204 }
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk
    }).on('end', () => {
      receiver.bodies.push(body)
      receiver.headers.push(request.headers as Record<string, string>)
      receiver.events.push((JSON.parse(body) as { event: string }).event)
      if (receiver.status !== 0) response.writeHead(receiver.status).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  return receiver
}

/** A mock with an endpoint for each environment, whose webhooks one receiver gets. */
async function start (t: Test, options: Parameters<typeof startVerifaMock>[0] = {}) {
  const receiver = await startReceiver(t)
  const mock = await startVerifaMock(options)
  t.teardown(() => mock.close())
  await addEndpoints(mock, receiver.url)
  return { mock, receiver }
}

async function addEndpoints ({ app }: EmbeddedVerifaMock, url: string): Promise<void> {
  const endpoints = [endpoint({ id: 'webhook_a', url }), endpoint({ id: 'webhook_live', url, environment: 'live' })]
  await app.workspaces.shared.world.store.transact({}, () => ({ puts: { endpoints } }))
}

async function rejection<E = ApiError> (promise: Promise<unknown>): Promise<E> {
  return promise.then(() => {
    throw new Error('did not reject')
  }, (error: unknown) => error as E)
}

t.test('webhooks are triggered, awaited, listed, and verified', async t => {
  const { mock, receiver } = await start(t)
  const { webhooks } = mock
  t.same(await webhooks.deliveries(), [])
  const [triggered] = await webhooks.trigger('session.started', { session_id: 'ses_pending' })
  t.match(triggered, { event: 'session.started', session_id: 'ses_pending', endpoint_id: 'webhook_a', environment: 'sandbox', held: false })
  t.same(await webhooks.settled(), [])
  t.same(receiver.events, ['session.started'])

  const [delivery] = await webhooks.deliveries()
  t.match(delivery, { id: triggered?.id, status: 'succeeded', attempts: 1, http_status: 204, history: [{ http_status: 204, error: null, fault: null }] })
  t.equal(delivery?.body, receiver.bodies[0])
  t.match(delivery?.payload, { event: 'session.started', session_id: 'ses_pending', status: 'capturing', is_sandbox: true })

  await webhooks.trigger('session.approved', { session_id: 'ses_live_pending' })
  await webhooks.trigger('custom.event', { environment: 'live', payload: { status: 'odd', more: { a: 1 }, idempotency_key: 'idk_mine' } })
  await webhooks.trigger('custom.event')
  await webhooks.settled()
  t.match((await webhooks.deliveries({ event: 'custom.event' })).map(({ payload }) => payload), [
    { event: 'custom.event', idempotency_key: 'idk_mine', session_id: null, status: 'odd', is_sandbox: false, more: { a: 1 } },
    { event: 'custom.event', is_sandbox: true }
  ])
  const events = async (filter: object) => (await webhooks.deliveries(filter)).map(({ event }) => event)
  t.same(await events({ endpoint_id: 'webhook_live' }), ['session.approved', 'custom.event'])
  t.same(await events({ session_id: 'ses_pending', status: 'succeeded' }), ['session.started'])
  t.same(await events({ status: 'failed' }), [])
  t.same(await events({ limit: 2 }), ['custom.event', 'custom.event'])
  t.same(await webhooks.delivery(delivery?.id ?? ''), delivery)
  t.match(await rejection(webhooks.delivery('whd_none')), { statusCode: 404, message: 'Webhook delivery not found.' })

  t.equal(await webhooks.verify({}), 4)
  t.equal(await webhooks.verify({ event: 'custom.event', payload: { more: { a: 1 } }, count: 1 }), 1)
  t.equal(await webhooks.verify({ status: 'failed', count: 0 }), 0)
  const unmet = await rejection<UnmetExpectation<NearDelivery>>(webhooks.verify({ event: 'session.started', session_id: 'ses_bare' }))
  t.match(unmet, { name: 'UnmetExpectation', statusCode: 409, expected: 'at least 1', actual: '0', matched: 0 })
  t.match(unmet.closest, [{ delivery: { id: delivery?.id }, mismatch: `delivery ${delivery?.id} has session_id "ses_pending", not "ses_bare"` }])
  t.match(unmet.stack, /^UnmetExpectation: Expected at least 1 matching delivery with .*\n.*webhooks\.test/)
  t.match((await rejection(webhooks.verify({ count: 1, at_least: 1 } as object))).detail, [{ loc: ['body', 'count'] }])
})

t.test('deliveries are searched, and listed by the page', async t => {
  const { mock, receiver } = await start(t)
  const { webhooks } = mock
  for (const event of ['a.one', 'b.two', 'c.three', 'd.four', 'e.five']) await webhooks.trigger(event)
  const [triggered] = await webhooks.trigger('f.six', { session_id: 'ses_pending', payload: { note: 'Seven' } })
  await webhooks.settled()
  const events = async (filter: object) => (await webhooks.deliveries(filter)).map(({ event }) => event)
  t.same(await events({ limit: 2, offset: 1 }), ['d.four', 'e.five'])
  t.same(await events({ limit: 4, offset: 4 }), ['a.one', 'b.two'])
  t.same(await events({ offset: 5 }), ['a.one'])
  for (const offset of [6, 7]) t.same(await events({ limit: 1, offset }), [])
  for (const q of ['F.SIX', triggered?.id.toUpperCase(), 'SES_Pend', 'seven']) t.same(await events({ q }), ['f.six'], String(q))
  t.equal((await events({ q: receiver.url.toUpperCase() })).length, 6)
  t.same(await events({ q: 'e', event: 'c.three' }), ['c.three'])
  t.same(await events({ q: 'eight' }), [])
  t.equal((await events({ q: '' })).length, 6)
  t.match((await mock.app.inject('/_mock/webhooks/deliveries?q=.&limit=1&offset=2')).json(), { total: 6, data: [{ event: 'd.four' }] })
  t.match((await rejection(webhooks.deliveries({ offset: -1 }))).detail, [{ loc: ['query', 'offset'], msg: 'must be 0 or more' }])
})

t.test('endpoints of both environments are listed, with their secrets masked', async t => {
  const { mock, receiver: { url } } = await start(t)
  const { secret, ...fields } = endpoint({ id: 'webhook_a', url })
  t.same(await mock.webhooks.endpoints(), [
    { ...fields, secret: 'whsec_…' }, { ...fields, id: 'webhook_live', environment: 'live', secret: 'whsec_…' }
  ])
  t.equal(fields.failures, 0)
})

t.test('deliveries that were dropped make the result of a verification unknown', async t => {
  const { mock: { webhooks } } = await start(t, { maxDeliveries: 1 })
  for (const event of ['a', 'b']) await webhooks.trigger(event)
  await webhooks.settled()
  t.match(await webhooks.state(), { held: false, timing: 'after', dropped: 1 })
  t.match(await rejection(webhooks.verify({ event: 'a' })), { message: /^The result is unknown: 1 delivery was dropped\. Verify earlier, .*--max-deliveries/, actual: 'unknown' })
})

t.test('an event is triggered for the environment of its session', async t => {
  const { mock, receiver } = await start(t)
  const refused = async (options: Omit<TriggeredEvent, 'event'>) => rejection(mock.webhooks.trigger('x', options))
  t.match(await refused({ session_id: 'ses_none' }), { statusCode: 404, message: 'Session not found.' })
  t.match((await refused({ session_id: 'ses_pending', environment: 'live' })).detail, [
    { loc: ['body', 'environment'], msg: 'must be that of the session: sandbox' }
  ])
  t.match((await refused({ payload: { event: 'y' } })).detail, [{ loc: ['body', 'payload', 'event'], msg: 'is a field of the body, not of payload' }])
  t.match(await mock.withApiKey(LIVE_KEY).webhooks.trigger('x'), [{ endpoint_id: 'webhook_live' }])
  await mock.webhooks.settled()
  t.same(receiver.events, ['x'])
})

t.test('held webhooks are delivered in any order, or released in theirs', async t => {
  const { mock: { webhooks }, receiver } = await start(t)
  await webhooks.hold()
  t.match(await webhooks.state(), { held: true })
  const ids: string[] = []
  for (const event of ['a', 'b', 'c', 'd', 'e']) ids.push(...(await webhooks.trigger(event)).map(({ id }) => id))
  const [a, b, c] = ids as [string, string, string]
  t.match(await webhooks.settled(), ['a', 'b', 'c', 'd', 'e'].map(event => ({ event, state: 'held', next_attempt_at: null })))
  t.same(receiver.events, [])
  t.match(await webhooks.deliver([c, a, c]), [{ id: c, status: 'succeeded', held: false }, { id: a, status: 'succeeded' }])
  t.same(receiver.events, ['c', 'a'])
  t.match(await webhooks.deliver(b), [{ id: b }])
  t.match(await rejection(webhooks.deliver([ids[3] as string, b])), { statusCode: 409, message: `Delivery ${b} is succeeded and cannot be sent.` })
  t.match(await rejection(webhooks.deliver('whd_none')), { statusCode: 404, message: 'Webhook delivery not found.' })
  t.match(await rejection(webhooks.deliver(1 as unknown as string)), { detail: [{ loc: ['body', 'ids', 0] }] })
  t.same(receiver.events, ['c', 'a', 'b'])
  await webhooks.release()
  t.same(await webhooks.settled(), [])
  t.same(receiver.events, ['c', 'a', 'b', 'd', 'e'])

  await webhooks.hold()
  for (const event of ['f', 'g']) await webhooks.trigger(event)
  await webhooks.settled()
  t.equal((await webhooks.deliver('all')).length, 2)
  t.same(receiver.events.slice(5), ['f', 'g'])
})

t.test('timing says when webhooks are sent', async t => {
  const { mock, receiver } = await start(t)
  const { webhooks } = mock
  await mock.clock.freeze()
  await webhooks.timing('before')
  t.match(await webhooks.trigger('before'), [{ status: 'succeeded' }])
  await webhooks.timing(60_000)
  const [later] = await webhooks.trigger('later')
  t.same(await webhooks.settled(), [{
    id: later?.id, endpoint_id: 'webhook_a', event: 'later', session_id: null, state: 'scheduled', next_attempt_at: later?.next_attempt_at
  }])
  await mock.clock.advance('1m')
  t.same(receiver.events, ['before', 'later'])
  t.match(await webhooks.state(), { timing: 60_000 })
  await webhooks.timing('after')
  for (const timing of ['never', -1, 600_001]) {
    t.match((await rejection(webhooks.timing(timing as WebhookTiming))).detail, [
      { loc: ['body', 'timing'], msg: 'must be before, after, or 0 to 600000 milliseconds' }
    ])
  }
})

t.test('a test that waits in vain learns what for', async t => {
  const { mock, receiver } = await start(t)
  const { app, webhooks } = mock
  receiver.status = 0
  const [delivery] = await webhooks.trigger('slow')
  while (receiver.events.length === 0) await new Promise(resolve => setImmediate(resolve))
  await webhooks.trigger('next')
  await mock.clock.freeze()
  await webhooks.timing(60_000)
  const [later] = await webhooks.trigger('later')
  const response = await app.inject({ method: 'POST', url: '/_mock/webhooks/settle', payload: { timeout_ms: 0 } })
  t.equal(response.statusCode, 409)
  const body = response.json<{ detail: string }>()
  t.match(body, { error: 'conflict', status_code: 409, waiting: [{ event: 'slow', state: 'sending' }, { event: 'next' }, { event: 'later', state: 'scheduled' }] })
  t.ok(body.detail.startsWith(`Webhooks did not settle within 0 ms. Waiting: ${delivery?.id} (slow to webhook_a) waits for the response; whd_`), body.detail)
  t.ok(body.detail.endsWith(`(later to webhook_a) is sent at ${later?.next_attempt_at}.`), body.detail)
  t.match(await rejection(webhooks.settled({ timeout: 0 })), { statusCode: 409, message: body.detail })
  await mock.reset()
  t.same((await app.inject({ method: 'POST', url: '/_mock/webhooks/settle' })).json(), { waiting: [] }, 'without a body')
  t.same(await webhooks.settled(), [])
})

t.test('a wait for something else that is due says so', async t => {
  const { mock } = await start(t)
  mock.app.workspaces.shared.world.timeline.settled = async () => new Promise(() => undefined)
  t.match(await rejection(mock.webhooks.settled({ timeout: 0 })), {
    message: 'Webhooks did not settle within 0 ms. Waiting: no webhook, but something else that is due.'
  })
})

t.test('faults take effect on webhooks, and the history says which', async t => {
  const { mock, receiver } = await start(t)
  for (const webhook of ['lose', 'duplicate', 'missing_signature', 'wrong_signature', 'stale_signature'] as const) {
    await mock.faults.add({ match: { event: webhook }, then: { webhook } })
    await mock.webhooks.trigger(webhook)
  }
  await mock.faults.add({ match: { endpoint_id: 'webhook_a', event: 'delay' }, then: { webhook: 'delay', delay_ms: 1 } })
  await mock.webhooks.trigger('delay')
  await mock.webhooks.settled()
  t.same(await mock.faults.list(), [])
  t.same((await mock.webhooks.deliveries()).map(({ event, status, history }) => [status, history.map(({ fault }) => fault).join(), event]),
    ['lose', 'duplicate', 'missing_signature', 'wrong_signature', 'stale_signature', 'delay'].map(event => ['succeeded', event, event]))
  t.same([...receiver.events].sort(), ['delay', 'duplicate', 'duplicate', 'missing_signature', 'stale_signature', 'wrong_signature'])
  const reasons = receiver.events.map((event, index) => {
    try {
      verifyWebhook(receiver.bodies[index] as string, receiver.headers[index]?.['x-verifa-signature'] ?? '', endpoint().secret)
      return `${event} fits`
    } catch {
      return event
    }
  })
  t.same(reasons.sort(), ['delay fits', 'duplicate fits', 'duplicate fits', 'missing_signature', 'stale_signature', 'wrong_signature'])
  t.match((await rejection(mock.faults.add({ match: { method: 'POST' }, then: { webhook: 'lose' } }))).detail, [{ loc: ['body', 'match', 'method'] }])
})

t.test('with isolation, calls that send webhooks or change how need an API key', async t => {
  const mock = await startVerifaMock({ isolation: 'api-key' })
  t.teardown(() => mock.close())
  const { webhooks } = connectVerifaMock(mock.url)
  for (const call of [webhooks.hold(), webhooks.release(), webhooks.deliver('all'), webhooks.timing('after'), webhooks.trigger('x')]) {
    t.match(await rejection(call), { statusCode: 400, message: /^With --isolation api-key, send the X-API-Key/ })
  }
  const own = mock.withApiKey(LIVE_KEY).webhooks
  await own.hold()
  t.match(await own.state(), { held: true })
  t.match(await webhooks.state(), { held: false })
  t.same(await own.deliver('all'), [])
})
