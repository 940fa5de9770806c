import t from 'tap'
import { timestamp } from '../../src/contract/time.js'
import type { WebhookEffect } from '../../src/domain/faults/rules.js'
import { attemptOf } from '../../src/domain/webhooks/schedule.js'
import { verifyWebhook, WebhookSignatureError } from '../../src/domain/webhooks/signature.js'
import { errorOf, NOW, read } from './examples.js'
import { delivery, endpoint, failedDelivery } from './webhook-examples.js'
import { broken, ok, type Sent, storeOf, webhooksOn } from './webhooks-on.js'

t.test('a delivery is sent at once, signed, with its ID and the exact body', async t => {
  const { sent, put, find } = webhooksOn()
  await put(delivery({ url: 'http://localhost:3000/old' }))
  t.match(sent, [{ url: 'http://localhost:3000/hook', body: '{"event":"session.created"}', cut: false, headers: { 'Content-Type': 'application/json' } }])
  const { headers, body } = sent[0] as Sent
  t.same(verifyWebhook(body, headers['X-Verifa-Signature'], endpoint().secret, { now: NOW / 1000, tolerance: 0 }), { event: 'session.created' })
  await sent[0]?.respond(ok)
  const attempts = [{ at: timestamp(NOW), http_status: 200, error: null, fault: null }]
  t.match(await find('whd_a'), { status: 'succeeded', url: 'http://localhost:3000/hook', attempts })
})

t.test('it is signed with the time of the machine, unless the option says otherwise', async t => {
  const { sent, put } = webhooksOn(undefined, ok, { signatureTime: 'machine' })
  t.intercept(Date, 'now', { value: () => 1_700_000_000_999 })
  await put(delivery())
  t.match(sent[0]?.headers['X-Verifa-Signature'], /^t=1700000000,v1=/)
})

t.test('first attempts of an endpoint are made one after the other; those of others, and retries, do not wait for them', async t => {
  const { sent, ids, put, find } = webhooksOn(storeOf(endpoint(), endpoint({ id: 'webhook_b' })))
  const failed = { at: timestamp(NOW), http_status: 500, error: 'broken', fault: null }
  await put(delivery({ id: 'whd_1' }), delivery({ id: 'whd_2' }), delivery({ id: 'whd_3', endpoint_id: 'webhook_b' }), delivery({ id: 'whd_4', attempts: [failed] }))
  t.same(ids(), ['whd_1', 'whd_3', 'whd_4'])
  await sent[0]?.respond(broken)
  t.same(ids(), ['whd_1', 'whd_3', 'whd_4', 'whd_2'])
  t.match(await find('whd_1'), { status: 'pending', next_attempt_at: timestamp(NOW + 30_000) })
})

t.test('retries of an endpoint are in flight at the same time, up to a bound', async t => {
  const { sent, ids, put } = webhooksOn()
  const failed = { at: timestamp(NOW), http_status: 500, error: 'broken', fault: null }
  await put(...Array.from({ length: 9 }, (_, index) => delivery({ id: `whd_${index}`, attempts: [failed] })))
  t.equal(ids().length, 8)
  await sent[3]?.respond(ok)
  t.equal(ids().length, 9)
})

t.test('a move makes all attempts that are due by then, each with the clock at its time', async t => {
  const { ids, put, find, timeline, store } = webhooksOn(undefined, broken)
  await put(delivery())
  await timeline.moveTo({ advance: 6 * 60 * 60 * 1000 })
  const { status, attempts } = await find('whd_a')
  t.same([status, ids().length], ['failed', 6])
  t.same(attempts.map(({ at }) => (Date.parse(at) - NOW) / 1000), [0, 30, 150, 630, 2_550, 10_230])
  t.match((await read(store, { endpoints: ['webhook_a'] })).endpoints, [{ failures: 1 }])
})

t.test('an attempt whose endpoint is gone or switched off fails for good, and nothing is sent', async t => {
  const { sent, put, find } = webhooksOn(storeOf(endpoint({ enabled: false })))
  await put(delivery({ id: 'whd_1' }), delivery({ id: 'whd_2', endpoint_id: 'webhook_gone' }))
  t.match(await find('whd_1'), { status: 'failed', attempts: [{ error: 'Endpoint is disabled.', http_status: null }] })
  t.match(await find('whd_2'), { status: 'failed', attempts: [{ error: 'Endpoint was deleted.' }], url: 'http://localhost:3000/hook' })
  t.same(sent, [])
})

t.test('what is held waits until somebody delivers it, in any order, or releases it', async t => {
  const { ids, webhooks, put, find, timeline, settle } = webhooksOn(undefined, ok)
  await webhooks.hold()
  await put(delivery({ id: 'whd_1' }), delivery({ id: 'whd_2' }), delivery({ id: 'whd_3' }), delivery({ id: 'whd_4' }))
  await timeline.moveTo({ advance: 1_000 })
  t.same(ids(), [])
  t.match(await find('whd_1'), { status: 'pending', held: true, next_attempt_at: null })
  await webhooks.deliver(['whd_3', 'whd_1'])
  t.match([await find('whd_3'), await find('whd_1')], [{ status: 'succeeded', held: false }, { status: 'succeeded' }])
  t.same(ids(), ['whd_3', 'whd_1'])
  await webhooks.release()
  await settle()
  t.same([ids(), webhooks.held], [['whd_3', 'whd_1', 'whd_2', 'whd_4'], false])
  await put(delivery({ id: 'whd_5' }))
  t.equal(ids().at(-1), 'whd_5')
})

t.test('a queued delivery is held too, and so is a retry', async t => {
  const { sent, ids, webhooks, put, find, timeline } = webhooksOn()
  await put(delivery({ id: 'whd_1' }), delivery({ id: 'whd_2' }))
  await webhooks.hold()
  await sent[0]?.respond(broken)
  t.match(await find('whd_2'), { held: true })
  await timeline.moveTo({ advance: 30_000 })
  t.match(await find('whd_1'), { held: true, attempts: { length: 1 } })
  t.same(ids(), ['whd_1'])
})

t.test('only deliveries that exist and have not succeeded can be delivered, all or none', async t => {
  const { sent, webhooks, put, find } = webhooksOn(undefined, ok)
  await put(delivery({ id: 'whd_1' }))
  await webhooks.hold()
  await put(delivery({ id: 'whd_2' }))
  t.match(await errorOf(t, async () => webhooks.deliver(['whd_2', 'whd_1'])), { statusCode: 409, detail: 'Delivery whd_1 is succeeded and cannot be sent.' })
  t.match(await errorOf(t, async () => webhooks.deliver(['whd_2', 'whd_9'])), { statusCode: 404, detail: 'Webhook delivery not found.' })
  t.match([sent.length, await find('whd_2')], [1, { held: true }])
})

t.test('what waits for its time is delivered at once when somebody asks, and not again at its time', async t => {
  const { sent, ids, webhooks, put, find, timeline, clock, settle } = webhooksOn()
  await put(delivery())
  await sent[0]?.respond(broken)
  t.match(await find('whd_a'), { status: 'pending', next_attempt_at: timestamp(NOW + 30_000) })
  const delivering = webhooks.deliver(['whd_a'])
  const moving = timeline.moveTo({ advance: 30_000 })
  await settle()
  t.same([ids().length, clock.now()], [2, NOW], 'a move of the clock waits for it')
  await sent[1]?.respond(broken)
  await Promise.all([delivering, moving])
  t.same([ids().length, clock.now()], [2, NOW + 30_000])
  t.match(await find('whd_a'), { attempts: { length: 2 }, next_attempt_at: timestamp(NOW + 120_000) }, 'the next retry follows')
})

t.test('what has failed is delivered again, also while webhooks are held', async t => {
  const { ids, store, webhooks, find } = webhooksOn(undefined, ok)
  await store.transact({}, () => ({ puts: { deliveries: [failedDelivery()] } }))
  await webhooks.hold()
  await webhooks.deliver(['whd_a'])
  t.match(await find('whd_a'), { status: 'succeeded', attempts: { length: 2 } })
  t.same(ids(), ['whd_a'])
})

t.test('what is queued or being sent is not delivered a second time', async t => {
  const { sent, ids, webhooks, put, clock, find, timeline, settle } = webhooksOn()
  const refused = async (id: string) =>
    t.match(await errorOf(t, async () => webhooks.deliver([id])), { statusCode: 409, detail: `Delivery ${id} is under way and cannot be sent.` })
  await put(delivery({ id: 'whd_1' }), delivery({ id: 'whd_2' }))
  for (const id of ['whd_1', 'whd_2']) await refused(id)
  await clock.set(NOW - 1_000)
  for (const id of ['whd_1', 'whd_2']) await refused(id)
  for (const attempt of [0, 1]) await sent[attempt]?.respond(broken)
  const delivering = webhooks.deliver(['whd_1', 'whd_2'])
  for (const id of ['whd_1', 'whd_2']) await refused(id)
  await settle()
  for (const id of ['whd_1', 'whd_2']) await refused(id)
  for (const attempt of [2, 3]) await sent[attempt]?.respond(ok)
  await delivering
  await timeline.moveTo({ advance: 60_000 })
  t.same(ids(), ['whd_1', 'whd_2', 'whd_1', 'whd_2'])
  t.match(await find('whd_2'), { status: 'succeeded' })
})

t.test('what a fault delays is delivered late, after those behind it', async t => {
  const { ids, faults, webhooks, put, find } = webhooksOn(undefined, ok)
  await webhooks.hold()
  await put(delivery({ id: 'whd_1' }), delivery({ id: 'whd_2' }))
  await faults.add({ then: { webhook: 'delay', delay_ms: 20 } })
  await webhooks.deliver(['whd_1', 'whd_2'])
  t.same(ids(), ['whd_2', 'whd_1'])
  t.match(await find('whd_1'), { status: 'succeeded', attempts: [{ fault: 'delay' }] })
  t.same(await webhooks.waiting(), [])
})

t.test('a response waits for the first attempt when webhooks are to come before it', async t => {
  const { sent, webhooks, store, put, settle } = webhooksOn()
  const one = delivery()
  t.equal(webhooks.beforeResponse({ deliveries: [one] }), undefined)
  await webhooks.setTiming('before')
  let responded = false
  await put(one)
  const waiting = webhooks.beforeResponse({ deliveries: [one] })?.then(() => responded = true)
  t.equal(responded, false)
  await sent[0]?.respond(broken)
  await waiting
  await webhooks.hold()
  const held = webhooks.beforeResponse({ deliveries: [delivery({ id: 'whd_b' })] })
  await put(delivery({ id: 'whd_b' }))
  await held
  const stopped = webhooks.beforeResponse({ deliveries: [delivery({ id: 'whd_c' })] })
  webhooks.stop()
  store.close()
  await stopped
  await settle()
  t.equal(webhooks.beforeResponse({ deliveries: [one] }), undefined, 'nobody waits for what is not sent')
})

t.test('waiting deliveries are listed with their state', async t => {
  const { sent, webhooks, put } = webhooksOn(storeOf(endpoint(), endpoint({ id: 'webhook_b' })))
  await put(delivery({ id: 'whd_1' }), delivery({ id: 'whd_2' }), delivery({ id: 'whd_3', endpoint_id: 'webhook_b' }))
  await sent[1]?.respond(broken)
  await webhooks.hold()
  await put(delivery({ id: 'whd_4', endpoint_id: 'webhook_b' }))
  t.same((await webhooks.waiting()).map(({ id, state, next_attempt_at: next }) => [id, state, next]), [
    ['whd_1', 'sending', null], ['whd_2', 'queued', null], ['whd_3', 'scheduled', timestamp(NOW + 30_000)], ['whd_4', 'held', null]
  ])
})

t.test('nothing is sent and nothing is recorded after the end', async t => {
  const { sent, webhooks, put, find, settle } = webhooksOn()
  await put(delivery({ id: 'whd_1' }), delivery({ id: 'whd_2' }))
  webhooks.stop()
  await sent[0]?.respond(ok)
  await settle()
  t.equal(sent.length, 1)
  t.match(await find('whd_1'), { status: 'pending', attempts: [] })
})

t.test('a delivery that was dropped meanwhile is not sent, and what came of one is not recorded', async t => {
  const { sent, put, store, webhooks } = webhooksOn()
  await put(delivery({ id: 'whd_1' }), delivery({ id: 'whd_2' }), delivery({ id: 'whd_3' }))
  await store.transact({}, () => ({ deletes: { deliveries: ['whd_1', 'whd_2', 'whd_3'] }, puts: { due: [attemptOf(delivery({ id: 'whd_4' }))] } }))
  await webhooks.hold()
  await sent[0]?.respond(ok)
  t.equal(sent.length, 1)
  t.same(await store.list('deliveries'), [])
})

t.test('IDs of deliveries sort in the order in which they were made', async t => {
  const { webhooks } = webhooksOn()
  const payload = { event: 'session.created', idempotency_key: 'idk_a', session_id: null, external_ref: null, status: null, is_sandbox: true }
  const ids = Array.from({ length: 100 }, () => webhooks.deliveriesOf(payload, [endpoint()])[0]?.id as string)
  t.same(ids, [...ids].sort())
  t.match(ids[0], /^whd_[0-9a-f]{20}$/)
})

t.test('first attempts are so many milliseconds late as the timing says', async t => {
  const { webhooks } = webhooksOn()
  await webhooks.setTiming(500)
  const payload = { event: 'session.created', idempotency_key: 'idk_a', session_id: null, external_ref: null, status: null, is_sandbox: true }
  t.match(webhooks.deliveriesOf(payload, [endpoint()]), [{ created_at: timestamp(NOW), next_attempt_at: timestamp(NOW + 500) }])
})

t.test('a test is one attempt, whatever is held, and makes a delivery', async t => {
  const { sent, webhooks } = webhooksOn(undefined, broken)
  await webhooks.hold()
  const { delivery, result } = await webhooks.test(endpoint())
  t.same(result, broken)
  t.match(delivery, { event: 'webhook.test', session_id: null, status: 'failed', next_attempt_at: null, attempts: [{ http_status: 500, error: 'broken', fault: null }] })
  t.match(JSON.parse(sent[0]?.body ?? ''), { event: 'webhook.test', session_id: null, is_sandbox: true })
})

t.test('faults affect deliveries', async t => {
  /** Sends a delivery with a fault, and another one behind it. */
  async function sendWith (effect: WebhookEffect) {
    const parts = webhooksOn(undefined, ok)
    const effects = [effect]
    t.intercept(parts.faults, 'takeWebhookEffect', { value: () => effects.shift() })
    await parts.put(delivery({ id: 'whd_1' }), delivery({ id: 'whd_2' }))
    const [attempt] = (await parts.find('whd_1')).attempts
    return { ...parts, attempt }
  }
  const signatureOf = ({ headers, body }: Sent) => () => verifyWebhook(body, headers['X-Verifa-Signature'], endpoint().secret, { now: NOW / 1000 })

  const lost = await sendWith({ webhook: 'lose' })
  t.same([lost.ids(), lost.attempt], [['whd_2'], { at: timestamp(NOW), http_status: 200, error: null, fault: 'lose' }])
  t.match(await lost.find('whd_1'), { status: 'succeeded' })
  const twice = await sendWith({ webhook: 'duplicate' })
  t.same([twice.ids(), twice.attempt?.fault], [['whd_1', 'whd_1', 'whd_2'], 'duplicate'])
  const cut = await sendWith({ webhook: 'cut' })
  t.same(cut.sent.map(({ cut }) => cut), [true, false])
  for (const [webhook, reason] of [['wrong_signature', 'mismatch'], ['missing_signature', 'missing'], ['stale_signature', 'stale']] as const) {
    const { sent } = await sendWith({ webhook })
    t.throws(signatureOf(sent[0] as Sent), new WebhookSignatureError(reason))
    t.doesNotThrow(signatureOf(sent[1] as Sent))
  }
  const late = await sendWith({ webhook: 'delay', delay_ms: 50 })
  t.equal(late.ids()[0], 'whd_2', 'the one behind it comes first')
  await late.timeline.settled()
  t.same(late.ids(), ['whd_2', 'whd_1'])
  const ended = await sendWith({ webhook: 'delay', delay_ms: 600_000 })
  ended.webhooks.stop()
  await ended.timeline.settled()
  const { webhooks, faults } = webhooksOn(undefined, ok)
  t.intercept(faults, 'takeWebhookEffect', { value: () => ({ webhook: 'delay', delay_ms: 0 }) })
  t.match((await webhooks.test(endpoint())).delivery, { attempts: [{ fault: 'delay' }] })
})
