import fc from 'fast-check'
import t from 'tap'
import type { ApiKey } from '../../src/domain/api-keys.js'
import { exceededError, RateLimits } from '../../src/domain/rate-limits.js'

const START = Date.parse('2026-03-01T12:00:10.000Z')
const END = Date.parse('2026-03-01T12:01:00.000Z')
const key = (digest = 'a', publishable = false): ApiKey => ({ masked: '…', digest, environment: 'sandbox', publishable, scopes: undefined })

t.test('without a plan nothing is limited', async t => {
  const limits = new RateLimits({})
  for (let count = 0; count < 2000; count++) limits.takeRequest(key(), START)
  t.same(limits.takeRequest(key(), START), {
    limit: 1000,
    remaining: 999,
    endsAt: END,
    exceeded: false,
    headers: { 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': '999', 'x-ratelimit-reset': String(END / 1000) }
  })
  t.equal(limits.takeCreation(key(), START), undefined)
  t.equal(limits.plan, 'enterprise')
})

t.test('each plan has its limits', async t => {
  const expected = { free: [300, 50], starter: [600, 100], professional: [1000, 150], enterprise: [1000, 300] } as const
  for (const [plan, [requests, creations]] of Object.entries(expected)) {
    const limits = new RateLimits({ plan: plan as keyof typeof expected })
    t.match(limits.takeRequest(key(), START), { limit: requests, remaining: requests - 1 }, plan)
    t.match(limits.takeCreation(key(), START), { limit: creations, remaining: creations - 1, endsAt: END }, plan)
    t.match(limits.takeRequest(key('p', true), START), { limit: 10, remaining: 9 }, `${plan}: publishable`)
    t.equal(limits.plan, plan)
  }
})

t.test('a key may make so many requests in each minute of the clock, whatever others do', async () => {
  const step = fc.record({ digest: fc.constantFrom('a', 'b'), wait: fc.constantFrom(0, 0, 0, 1, 20_000, 60_000, -70_000) })
  fc.assert(fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 40 }), (limit, steps) => {
    const limits = new RateLimits({ rateLimit: limit })
    const used = new Map<string, { minute: number, count: number }>()
    let now = START
    for (const { digest, wait } of steps) {
      now += wait
      const minute = Math.floor(now / 60_000)
      const before = used.get(digest)
      const count = before?.minute === minute ? before.count + 1 : 1
      used.set(digest, { minute, count })
      const allowance = limits.takeRequest(key(digest), now)
      if (allowance.exceeded !== (count > limit) || allowance.remaining !== Math.max(0, limit - count)) return false
    }
    return true
  }))
})

t.test('a test can bring one key, or all, to the limit for 60 seconds', async t => {
  const limits = new RateLimits({})
  limits.set(key('a'), 1, START)
  t.match([limits.takeRequest(key('a'), START), limits.takeRequest(key('a'), START)], [{ remaining: 0, exceeded: false }, { exceeded: true }])
  t.equal(limits.takeRequest(key('b'), START).exceeded, false)
  t.equal(limits.takeRequest(key('a'), START + 59_999).exceeded, true)
  t.match(limits.takeRequest(key('a'), START + 60_000), { remaining: 999, exceeded: false })

  limits.set(undefined, 0, START)
  t.same(['a', 'b', 'c'].map(digest => limits.takeRequest(key(digest), START).exceeded), [true, true, true])
  t.equal(limits.takeRequest(key('c'), START + 60_000).exceeded, false)
})

t.test('headers and error say when the minute is over', async t => {
  const limits = new RateLimits({ rateLimit: 1 })
  limits.takeRequest(key(), START)
  const exceeded = limits.takeRequest(key(), START + 1)
  t.same(exceeded.headers, { 'x-ratelimit-limit': '1', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(END / 1000) })
  t.match(exceededError('rateLimited', exceeded, START + 1), {
    code: 'rate_limited', statusCode: 429, detail: 'Rate limit exceeded. Retry after 50 seconds.', headers: { 'retry-after': '50' }
  })
})

t.test('of more than 10,000 API keys, the one whose minute is the oldest is forgotten', async t => {
  const limits = new RateLimits({ rateLimit: 1 })
  for (let count = 0; count <= 10_000; count++) limits.takeRequest(key(String(count)), START)
  t.match(limits.takeRequest(key('1'), START), { exceeded: true })
  t.match(limits.takeRequest(key('0'), START), { exceeded: false })
})
