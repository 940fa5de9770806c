import fc from 'fast-check'
import t from 'tap'
import type { ApiKey } from '../../src/domain/api-keys.js'
import { exceededError, type RateLimitOptions, RateLimits } from '../../src/domain/rate-limits.js'
import { memoryStore, stopClock } from './examples.js'

const START = Date.parse('2026-03-01T12:00:10.000Z')
const END = Date.parse('2026-03-01T12:01:00.000Z')
const key = (digest = 'a', publishable = false): ApiKey => ({ masked: '…', digest, environment: 'sandbox', publishable, scopes: undefined })

/** The limits of a world whose clock a test sets: each request comes at a time. */
function limitsOf (options: RateLimitOptions) {
  const store = memoryStore()
  const limits = new RateLimits(options, store)
  const countAt = async (now: number, apiKey = key(), createsSession = false) => {
    await stopClock(store, now)
    return limits.count(apiKey, createsSession)
  }
  const requestAt = async (now: number, apiKey = key()) => (await countAt(now, apiKey)).allowance
  const setAt = async (now: number, apiKey: ApiKey | undefined, remaining: number) => {
    await stopClock(store, now)
    await limits.set(apiKey, remaining)
  }
  return { store, limits, countAt, requestAt, setAt }
}

t.test('without a plan nothing is limited', async t => {
  const { store, limits, countAt, requestAt } = limitsOf({})
  t.equal(limits.isLimited, false)
  for (let count = 0; count < 2000; count++) await requestAt(START)
  const expected = {
    limit: 1000,
    remaining: 999,
    endsAt: END,
    exceeded: false,
    headers: { 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': '999', 'x-ratelimit-reset': String(END / 1000) }
  }
  t.same(await countAt(START, key(), true), { allowance: expected, quota: undefined })
  t.same(limits.unlimited(START), expected, 'without a step in the store')
  t.equal(limits.unlimited(END - 1), limits.unlimited(START), 'the same for a whole minute')
  t.equal(limits.unlimited(END).endsAt, END + 60_000)
  t.same([limits.plan, await store.count('rates')], ['enterprise', 0])
})

t.test('each plan has its limits', async t => {
  const expected = { free: [300, 50], starter: [600, 100], professional: [1000, 150], enterprise: [1000, 300] } as const
  for (const [plan, [requests, creations]] of Object.entries(expected)) {
    const { limits, countAt } = limitsOf({ plan: plan as keyof typeof expected })
    t.match(await countAt(START, key(), true), {
      allowance: { limit: requests, remaining: requests - 1 }, quota: { limit: creations, remaining: creations - 1, endsAt: END }
    }, plan)
    t.match(await countAt(START, key(), true), { allowance: { remaining: requests - 2 }, quota: { remaining: creations - 2 } })
    t.match(await countAt(START, key('p', true)), { allowance: { limit: 10, remaining: 9 }, quota: undefined }, `${plan}: publishable`)
    t.same([limits.plan, limits.isLimited], [plan, true])
  }
})

t.test('a request over the limit creates no session, so it does not count against the quota', async t => {
  const { store, countAt } = limitsOf({ plan: 'free', rateLimit: 2 })
  const counted = []
  for (let count = 0; count < 3; count++) counted.push(await countAt(START, key(), true))
  t.match(counted, [{ quota: { remaining: 49 } }, { quota: { remaining: 48 } }, { allowance: { exceeded: true }, quota: undefined }])
  t.match(await countAt(END, key(), true), { quota: { remaining: 49, exceeded: false } }, 'the next minute has its own')
  t.equal(await store.count('rates'), 2)
})

t.test('a quota that is used up refuses the session', async t => {
  const { countAt } = limitsOf({ plan: 'free' })
  for (let count = 0; count < 50; count++) await countAt(START, key(), true)
  t.match(await countAt(START, key(), true), { allowance: { exceeded: false }, quota: { remaining: 0, exceeded: true } })
})

t.test('a key may make so many requests in each minute of the clock, whatever others do', async () => {
  const step = fc.record({ digest: fc.constantFrom('a', 'b'), wait: fc.constantFrom(0, 0, 0, 1, 20_000, 60_000, -70_000) })
  await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 40 }), async (limit, steps) => {
    const { requestAt } = limitsOf({ rateLimit: limit })
    const used = new Map<string, { minute: number, count: number }>()
    let now = START
    for (const { digest, wait } of steps) {
      now += wait
      const minute = Math.floor(now / 60_000)
      const before = used.get(digest)
      const count = before?.minute === minute ? before.count + 1 : 1
      used.set(digest, { minute, count })
      const allowance = await requestAt(now, key(digest))
      if (allowance.exceeded !== (count > limit) || allowance.remaining !== Math.max(0, limit - count)) return false
    }
    return true
  }))
})

t.test('requests at the same time are counted one by one, whoever counts', async t => {
  const { store, limits } = limitsOf({ rateLimit: 5 })
  await stopClock(store, START)
  const other = new RateLimits({ rateLimit: 5 }, store)
  const counted = await Promise.all(Array.from({ length: 8 }, async (_, index) => (index % 2 === 0 ? limits : other).count(key(), false)))
  t.same(counted.map(({ allowance: { remaining } }) => remaining), [4, 3, 2, 1, 0, 0, 0, 0])
  t.same(counted.map(({ allowance: { exceeded } }) => exceeded), [false, false, false, false, false, true, true, true])
})

t.test('a test can bring one key, or all, to the limit for 60 seconds', async t => {
  const { limits, requestAt, setAt } = limitsOf({})
  await setAt(START, key('a'), 1)
  t.equal(limits.isLimited, true, 'requests are counted from then on')
  t.match([await requestAt(START, key('a')), await requestAt(START, key('a'))], [{ remaining: 0, exceeded: false }, { exceeded: true }])
  t.equal((await requestAt(START, key('b'))).exceeded, false)
  t.equal((await requestAt(START + 59_999, key('a'))).exceeded, true)
  t.match(await requestAt(START + 60_000, key('a')), { remaining: 999, exceeded: false })

  await setAt(START, undefined, 0)
  const exceeded = await Promise.all(['a', 'b', 'c'].map(async digest => (await requestAt(START, key(digest))).exceeded))
  t.same(exceeded, [true, true, true])
  t.equal((await requestAt(START + 60_000, key('c'))).exceeded, false)
})

t.test('what is set last counts: for one key after all, and for all after one key', async t => {
  const { requestAt, setAt } = limitsOf({ rateLimit: 7 })
  await requestAt(START, key('a'))
  await setAt(START, undefined, 3)
  await setAt(START, key('a'), 1)
  t.match([await requestAt(START, key('a')), await requestAt(START, key('b'))], [{ limit: 1000, remaining: 0 }, { limit: 1000, remaining: 2 }])
  await setAt(START, undefined, 5)
  t.match([await requestAt(START, key('a')), await requestAt(START, key('b'))], [{ remaining: 4 }, { remaining: 4 }])
  await setAt(START, key('a'), 2_000)
  t.match(await requestAt(START, key('a')), { limit: 2_000, remaining: 1_999 })
  t.match(await requestAt(START + 60_000, key('a')), { limit: 7, remaining: 6 }, 'then the limit of the options is back')
})

t.test('headers and error say when the minute is over', async t => {
  const { requestAt } = limitsOf({ rateLimit: 1 })
  await requestAt(START)
  const exceeded = await requestAt(START + 1)
  t.same(exceeded.headers, { 'x-ratelimit-limit': '1', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(END / 1000) })
  t.match(exceededError('rateLimited', exceeded, START + 1), {
    code: 'rate_limited', statusCode: 429, detail: 'Rate limit exceeded. Retry after 50 seconds.', headers: { 'retry-after': '50' }
  })
})

t.test('of more than 10,000 API keys, the one whose minute is the oldest is forgotten', async t => {
  const { store, limits, requestAt } = limitsOf({ rateLimit: 1 })
  await requestAt(START, key('0'))
  for (let count = 1; count < 10_000; count++) await limits.count(key(String(count)), false)
  await requestAt(END, key('0'))
  await limits.count(key('10000'), false)
  await stopClock(store, START)
  t.equal(await store.count('rates'), 10_000)
  t.match(await limits.count(key('2'), false), { allowance: { exceeded: true } })
  t.match(await limits.count(key('1'), false), { allowance: { exceeded: false } }, 'the minute of the first key was a new one')
})
