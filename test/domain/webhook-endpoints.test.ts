import t from 'tap'
import { cloneEndpoint, updateEndpoint } from '../../src/domain/webhooks/change-endpoint.js'
import { completeEndpoint, DEFAULT_SECRET } from '../../src/domain/webhooks/saved.js'
import { retryDelivery } from '../../src/domain/webhooks/retry-delivery.js'
import { NOW } from './examples.js'
import { endpoint, failedDelivery } from './webhook-examples.js'

const limits = { environment: 'sandbox', hosts: [] } as const

t.test('switching an endpoint on resets its count of failures', async t => {
  const before = endpoint({ enabled: false, failures: 10 })
  const failuresAfter = (given: object) => updateEndpoint(before, given, NOW, limits).puts?.endpoints?.[0]?.failures
  t.same([{ enabled: true }, { enabled: false }, { label: 'a' }, {}].map(failuresAfter), [0, 10, 10, 10])
  t.equal(cloneEndpoint(before, NOW, prefix => `${prefix}0123456789abcdef0123`).puts?.endpoints?.[0]?.failures, 0)
})

t.test('a retry is due at once', async t => {
  const decision = retryDelivery(failedDelivery(), NOW)
  t.match(decision, {
    puts: { deliveries: [{ status: 'pending', next_attempt_at: '2026-03-01T12:00:00.000Z', held: false }], due: [{ at: NOW, subject: 'whd_a' }] },
    response: { status: 202, body: { next_attempt_at: '2026-03-01T12:00:00.000Z' } }
  })
})

t.test('an endpoint of a fixture needs an ID and a URL', async t => {
  const { id, url } = endpoint()
  const time = '2026-03-01T12:00:00.000Z'
  t.same(completeEndpoint({ id, url }, NOW), endpoint({ created_at: time, updated_at: time, secret: DEFAULT_SECRET }))
  t.same(completeEndpoint(endpoint({ failures: 3, label: 'a', enabled: false }), NOW), endpoint({ failures: 3, label: 'a', enabled: false }))
})
