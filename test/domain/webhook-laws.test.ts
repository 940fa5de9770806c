import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import t from 'tap'
import { ApiError } from '../../src/contract/errors.js'
import { Clock } from '../../src/domain/clock.js'
import { Faults } from '../../src/domain/faults/faults.js'
import { Timeline } from '../../src/domain/timeline.js'
import type { DeliveryStatus } from '../../src/domain/webhooks/delivery.js'
import { attemptOf, MAX_ATTEMPTS, WEBHOOK_ATTEMPT, WEBHOOK_SEND } from '../../src/domain/webhooks/schedule.js'
import type { SendResult } from '../../src/domain/webhooks/sending.js'
import { verifyWebhook } from '../../src/domain/webhooks/signature.js'
import { Webhooks } from '../../src/domain/webhooks/webhooks.js'
import { clockAt, memoryStore, NOW } from './examples.js'
import { endpoint } from './webhook-examples.js'

const WAITS = [30, 120, 480, 1_920, 7_680]
const DAY = 24 * 60 * 60 * 1_000

/** What a receiver does, and after how many turns of the event loop. */
interface Behavior {
  result: SendResult
  turns: number
}

const behavior: fc.Arbitrary<Behavior> = fc.record({
  result: fc.constantFrom<SendResult[]>(
    { http_status: 200, error: null, final: false },
    { http_status: 500, error: 'The receiver responded with 500.', final: false },
    { http_status: null, error: 'No response within 30000 ms.', final: false },
    { http_status: null, error: 'socket hang up', final: false },
    { http_status: null, error: 'Webhooks may not be sent there.', final: true }
  ),
  turns: fc.nat(3)
})

type Step = { event: 'webhook_a' | 'webhook_b' } | { advance: number } | { freeze: boolean } | 'hold' | 'release' | 'deliver' | 'deliver everything'

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ event: fc.constantFrom('webhook_a' as const, 'webhook_b' as const) }) },
  { weight: 3, arbitrary: fc.record({ advance: fc.constantFrom(1, 30_000, 120_000, 3_600_000, -60_000) }) },
  { weight: 1, arbitrary: fc.record({ freeze: fc.boolean() }) },
  { weight: 2, arbitrary: fc.constantFrom<Step[]>('hold', 'release', 'deliver', 'deliver everything') }
)

/** Webhooks whose receivers behave so, one behavior after the other, and what was sent. */
function start (behaviors: readonly Behavior[]) {
  const sent: { id: string, endpoint: string, valid: boolean }[] = []
  const underWay = new Set<string>()
  const endpoints = ['a', 'b'].map(name => endpoint({ id: `webhook_${name}`, url: `http://localhost/${name}` }))
  const store = memoryStore({ puts: { endpoints, settings: [clockAt(NOW)] } })
  const clock = new Clock(store)
  const webhooks = new Webhooks({
    send: async ({ url, headers, body }) => {
      const { result, turns } = behaviors[sent.length % behaviors.length] as Behavior
      const now = Math.floor(clock.now() / 1_000)
      const event = verifyWebhook(body, headers['X-Verifa-Signature'], endpoint().secret, { now, tolerance: 1 })
      const valid = (event as { event: string }).event === 'session.created'
      const id = headers['X-Verifa-Delivery-Id'] as string
      assert.ok(!underWay.has(id), 'no delivery is sent twice at the same time')
      underWay.add(id)
      sent.push({ id, endpoint: url.slice(-1), valid })
      for (let count = 0; count < turns; count++) await turn()
      underWay.delete(id)
      return result
    },
    payload: 'flat',
    signatureTime: 'mock'
  }, { store, clock, faults: new Faults(store) })
  const handlers = { [WEBHOOK_ATTEMPT]: webhooks.dueHandler, [WEBHOOK_SEND]: webhooks.dueHandler }
  const timeline = new Timeline({ store, clock, handlers, onError: error => assert.fail(error as Error) })
  return { sent, clock, store, webhooks, timeline, endpoints }
}

t.test('whatever happens, webhooks are sent in order, at their times, at most six times, and none is lost', async t => {
  let attempts = 0
  const steps = fc.array(step, { maxLength: 40 })
  const behaviors = fc.array(behavior, { minLength: 1, maxLength: 12 })
  await fc.assert(fc.asyncProperty(steps, behaviors, async (steps, behaviors) => {
    const { sent, clock, store, webhooks, timeline, endpoints } = start(behaviors)
    const made: string[] = []
    /** Those that were held, or that somebody delivered: they come at other times. */
    const wasHeld = new Set<string>()
    /** How many attempts were asked for after a delivery had failed. */
    const asked = new Map<string, number>()
    const makeEvent = async (endpointId: string) => {
      const payload = { event: 'session.created', idempotency_key: 'idk_a', session_id: null, external_ref: null, status: null, is_sandbox: true }
      const deliveries = webhooks.deliveriesOf(payload, endpoints.filter(({ id }) => id === endpointId))
      await store.transact({}, () => ({ puts: { deliveries, due: deliveries.map(attemptOf) } }))
      made.push(...deliveries.map(({ id }) => id))
    }
    const deliver = async (id: string, status: DeliveryStatus) => {
      wasHeld.add(id)
      try {
        await webhooks.deliver([id])
        assert.notEqual(status, 'succeeded')
        if (status === 'failed') asked.set(id, (asked.get(id) ?? 0) + 1)
      } catch (error) {
        assert.ok(error instanceof ApiError && error.statusCode === 409, String(error))
      }
    }
    let wasMoved = false
    for (const step of [...steps, 'release', { advance: DAY }, { advance: DAY }] as Step[]) {
      if (step === 'hold') {
        await webhooks.hold()
      } else if (step === 'release') {
        await webhooks.release()
      } else if (step === 'deliver') {
        const held = (await store.list('deliveries')).filter(({ held }) => held).map(({ id }) => id)
        await webhooks.deliver(held.reverse())
      } else if (step === 'deliver everything') {
        // at once, and while the timeline sends a new one
        await makeEvent('webhook_a')
        const all = await store.list('deliveries')
        await Promise.all([...all, ...all].map(async ({ id, status }) => deliver(id, status)))
      } else if ('advance' in step) {
        wasMoved ||= step.advance < 0
        await timeline.moveTo({ advance: step.advance })
      } else if ('freeze' in step) {
        await clock.freeze(true) // a running clock would follow the machine's
      } else {
        await makeEvent(step.event)
      }
      await timeline.settled()
      for (const { id, held } of await store.list('deliveries')) if (held) wasHeld.add(id)
    }

    const deliveries = await store.list('deliveries')
    assert.deepEqual(deliveries.map(({ id }) => id), made, 'none is lost')
    for (const { id, status, attempts: all } of deliveries) {
      const off = all.filter(({ error }) => error === 'Endpoint is disabled.').length
      assert.notEqual(status, 'pending')
      assert.ok(all.length >= 1 && all.length <= MAX_ATTEMPTS + (asked.get(id) ?? 0), `${all.length} attempts`)
      assert.equal(sent.filter(one => one.id === id).length, all.length - off, 'each attempt is one request with the same ID')
      const waits = all.slice(1).map(({ at }, index) => (Date.parse(at) - Date.parse(all[index]?.at as string)) / 1_000)
      if (!wasMoved && !wasHeld.has(id)) assert.deepEqual(waits, WAITS.slice(0, waits.length), 'at their times')
      attempts += all.length
    }
    assert.ok(sent.every(({ valid }) => valid), 'each signature is that of the time')
    const first = sent.filter(({ id }, index) => !wasHeld.has(id) && sent.findIndex(one => one.id === id) === index)
    for (const name of ['a', 'b']) {
      const ids = first.filter(({ endpoint }) => endpoint === name).map(({ id }) => id)
      assert.deepEqual(ids, [...ids].sort(), 'first attempts are in the order of their events')
    }
    const { length } = sent
    webhooks.stop()
    timeline.stop()
    await turn()
    assert.equal(sent.length, length, 'nothing is sent after the end')
  }), { numRuns: Number(process.env['VERIFA_MOCK_MODEL_RUNS'] ?? 100) })
  t.ok(attempts > 100, `${attempts} attempts`)
})
