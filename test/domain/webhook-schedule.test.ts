import t from 'tap'
import { timestamp } from '../../src/contract/time.js'
import type { DeliveryDocument } from '../../src/domain/webhooks/delivery.js'
import { attemptOf, type FinishedAttempt, MAX_ATTEMPTS, MAX_FAILURES, recordAttempt } from '../../src/domain/webhooks/schedule.js'
import { NOW } from './examples.js'
import { delivery, endpoint } from './webhook-examples.js'

const succeeded: FinishedAttempt = { at: timestamp(NOW), http_status: 204, error: null, final: false, fault: null, url: 'http://localhost/new' }
const failed: FinishedAttempt = { ...succeeded, http_status: 500, error: 'The receiver responded with 500.' }

/** A delivery that has failed so often. */
const failing = (times: number) => delivery({ attempts: Array.from({ length: times }, () => failed) })

t.test('a delivery that succeeds is over', async t => {
  const { puts } = recordAttempt(delivery({ held: true }), endpoint(), succeeded, NOW)
  t.match(puts, { deliveries: [{ status: 'succeeded', url: 'http://localhost/new', next_attempt_at: null, held: false }] })
  t.same(puts?.deliveries?.[0]?.attempts, [{ at: timestamp(NOW), http_status: 204, error: null, fault: null }])
  t.same([puts?.due, puts?.endpoints], [undefined, undefined])
})

t.test('a delivery that fails is sent again after 30 s, 2, 8, 32 and 128 min, and has failed then', async t => {
  let current: DeliveryDocument = delivery()
  let now = NOW
  const waits: number[] = []
  for (let attempts = 1; attempts < MAX_ATTEMPTS; attempts++) {
    const { puts } = recordAttempt(current, endpoint(), failed, now)
    current = puts?.deliveries?.[0] as DeliveryDocument
    t.match(current, { status: 'pending', attempts: { length: attempts } })
    t.same(puts?.due, [attemptOf(current)])
    waits.push((Date.parse(current.next_attempt_at as string) - now) / 1000)
    now = Date.parse(current.next_attempt_at as string)
  }
  t.same(waits, [30, 120, 480, 1_920, 7_680])
  const { puts } = recordAttempt(current, endpoint(), failed, now)
  t.match(puts, { deliveries: [{ status: 'failed', next_attempt_at: null, attempts: { length: 6 } }], endpoints: [{ failures: 1, enabled: true }] })
  t.equal(puts?.due, undefined)
})

t.test('ten deliveries in a row that have used up their retries switch the endpoint off; one that succeeds resets the count', async t => {
  const last = failing(MAX_ATTEMPTS - 1)
  const before = endpoint({ failures: MAX_FAILURES - 2, updated_at: timestamp(NOW - 5) })
  t.match(recordAttempt(last, before, failed, NOW).puts?.endpoints, [{ failures: 9, enabled: true, updated_at: before.updated_at }])
  const tenth = recordAttempt(last, endpoint({ failures: 9 }), failed, NOW)
  t.match(tenth.puts?.endpoints, [{ failures: 10, enabled: false, updated_at: timestamp(NOW) }])
  t.match(recordAttempt(delivery(), endpoint({ failures: 9 }), succeeded, NOW).puts?.endpoints, [{ failures: 0, enabled: true }])
  const off = endpoint({ failures: 10, enabled: false, updated_at: before.updated_at })
  t.match(recordAttempt(last, off, failed, NOW).puts?.endpoints, [{ failures: 11, enabled: false, updated_at: before.updated_at }])
})

t.test('what is useless to send again, or was retried by hand, is not sent again and does not count', async t => {
  const final = { ...failed, final: true }
  for (const [current, attempt] of [[delivery(), final], [failing(MAX_ATTEMPTS - 1), final], [failing(MAX_ATTEMPTS), failed]] as const) {
    const { puts } = recordAttempt(current, endpoint(), attempt, NOW)
    t.match(puts?.deliveries, [{ status: 'failed', next_attempt_at: null }])
    t.same([puts?.due, puts?.endpoints], [undefined, undefined])
  }
})

t.test('the endpoint may be gone', async t => {
  t.same(Object.keys(recordAttempt(failing(MAX_ATTEMPTS - 1), undefined, failed, NOW).puts ?? {}), ['deliveries'])
  t.same(Object.keys(recordAttempt(delivery(), undefined, succeeded, NOW).puts ?? {}), ['deliveries'])
})
