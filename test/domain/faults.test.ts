import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { checkOf } from '../../src/contract/validation.js'
import { checkFaultRule } from '../../src/domain/faults/check-rule.js'
import { Faults } from '../../src/domain/faults/faults.js'
import { injectedError } from '../../src/domain/faults/injected-error.js'
import { describeEffect, FaultRule, parseFaultHeader, type RequestEffect, webhookFaults } from '../../src/domain/faults/rules.js'
import { memoryStore } from './examples.js'

const request = { method: 'PATCH', session_id: 'ses_a', idempotency_key: 'k', operation: 'updateSession' }
const delivery = { event: 'session.approved', endpoint_id: 'webhook_a', session_id: 'ses_a' }
const failure: RequestEffect = { status: 500 }

t.test('a fault takes effect on the requests that match every field', async t => {
  const matches = [{}, { method: 'PATCH' }, { session_id: 'ses_a', idempotency_key: 'k' }, request]
  const others = [{ method: 'GET' }, { session_id: 'ses_b' }, { ...request, idempotency_key: 'l' }, { operation: 'createSession' }]
  const takesEffect = async (match: object) => {
    const faults = new Faults(memoryStore())
    await faults.add({ match, then: failure })
    return await faults.takeEffect(request) === failure
  }
  t.same(await Promise.all([...matches, ...others].map(takesEffect)), [true, true, true, true, false, false, false, false])
  const faults = new Faults(memoryStore())
  await faults.add({ match: { session_id: 'ses_a' }, then: failure })
  t.equal(await faults.takeEffect({ method: 'GET', session_id: undefined, idempotency_key: undefined, operation: undefined }), undefined)
})

t.test('a fault takes effect once unless it says how often, after the requests that it skips', async t => {
  const effects = async (rule: Omit<FaultRule, 'then'>, requests: number) => {
    const faults = new Faults(memoryStore())
    await faults.add({ ...rule, then: failure })
    const taken = await Promise.all(Array.from({ length: requests }, async () => faults.takeEffect(request)))
    return taken.map(effect => effect === undefined ? '-' : 'x').join('') + String(faults.list().length)
  }
  t.equal(await effects({}, 3), 'x--0')
  t.equal(await effects({ times: 2 }, 3), 'xx-0')
  t.equal(await effects({ times: 2, skip: 2 }, 3), '--x1')
  t.equal(await effects({ times: null, skip: 1 }, 4), '-xxx1')
})

t.test('of the faults that match, the first that is not used up takes effect, and every match counts for those before it', async t => {
  const faults = new Faults(memoryStore())
  t.ok(faults.isEmpty)
  const [first, second, third] = [{ status: 500 }, { delay_ms: 1 }, { drop: 'after' } as const]
  await faults.add({ then: first, skip: 1 })
  await faults.add({ then: second })
  await faults.add({ then: third })
  t.notOk(faults.isEmpty)
  t.same(await Promise.all([1, 2, 3, 4].map(async () => faults.takeEffect(request))), [second, first, third, undefined])
})

t.test('faults are listed with what remains of them, and removed', async t => {
  const faults = new Faults(memoryStore())
  const added = await faults.add({ then: failure, times: 3 })
  t.same(added, { id: 'fault_1', match: {}, then: failure, times: 3, skip: 0, remaining: 3 })
  await faults.add({ then: failure, times: null })
  await faults.takeEffect(request)
  t.match(faults.list(), [{ id: 'fault_1', remaining: 2 }, { id: 'fault_2', remaining: null }])
  t.equal(added.remaining, 3)
  t.same([await faults.remove('fault_1'), await faults.remove('fault_1')], [true, false])
  await faults.clear()
  t.same([faults.list(), (await faults.add({ then: failure })).id], [[], 'fault_3'])
})

t.test('a count is a new setting, and the one before stays as it was', async t => {
  const store = memoryStore()
  const faults = new Faults(store)
  await faults.add({ then: failure, times: 2, skip: 1 })
  const before = [store.setting('faults')]
  const copies = [structuredClone(store.setting('faults'))]
  for (let count = 0; count < 3; count++) {
    await faults.takeEffect(request)
    before.push(store.setting('faults'))
    copies.push(structuredClone(store.setting('faults')))
  }
  t.same(before, copies)
  t.equal(new Set(before).size, 4, 'each match counts')
  t.same(await new Faults(store).takeEffect(request), undefined, 'faults are those of the store, whoever asks')
})

/** Some faults, as simply as they can be said: how many matches each still lets pass, and how often it still takes effect. */
class FaultModel {
  readonly #faults: { id: string, method: string | undefined, skip: number, left: number, status: number }[] = []
  #added = 0

  add (method: string | undefined, times: number | null, skip: number): number {
    const status = 400 + ++this.#added
    this.#faults.push({ id: `fault_${this.#added}`, method, skip, left: times ?? Infinity, status })
    return status
  }

  remove (id: string): boolean {
    const index = this.#faults.findIndex(fault => fault.id === id)
    if (index >= 0) this.#faults.splice(index, 1)
    return index >= 0
  }

  take (method: string): number | undefined {
    for (const fault of [...this.#faults]) {
      if (fault.method !== undefined && fault.method !== method) continue
      if (fault.skip-- > 0) continue
      fault.skip = 0
      if (--fault.left === 0) this.remove(fault.id)
      return fault.status
    }
    return undefined
  }

  get remaining (): [id: string, remaining: number | null][] {
    return this.#faults.map(({ id, left }) => [id, left === Infinity ? null : left])
  }
}

t.test('whatever is added, removed and matched, each fault skips and takes effect as often as it says, in order', async () => {
  const method = fc.constantFrom('GET', 'PATCH')
  const step = fc.oneof(
    fc.record({ match: fc.option(method, { nil: undefined }), times: fc.option(fc.integer({ min: 1, max: 3 })), skip: fc.nat(2) }),
    { weight: 4, arbitrary: fc.record({ request: method }) },
    fc.record({ remove: fc.integer({ min: 1, max: 6 }) })
  )
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
    const model = new FaultModel()
    const faults = new Faults(memoryStore())
    for (const step of steps) {
      if ('request' in step) {
        const effect = await faults.takeEffect({ ...request, method: step.request })
        assert.equal(effect?.status, model.take(step.request))
      } else if ('remove' in step) {
        assert.equal(await faults.remove(`fault_${step.remove}`), model.remove(`fault_${step.remove}`))
      } else {
        const { match: method, times, skip } = step
        await faults.add({ match: method === undefined ? {} : { method }, then: { status: model.add(method, times, skip) }, times, skip })
      }
      assert.deepEqual(faults.list().map(({ id, remaining }) => [id, remaining]), model.remaining)
      assert.equal(faults.isEmpty, model.remaining.length === 0)
    }
  }))
})

const problemsOf = (rule: object) => {
  const problems = checkOf(FaultRule)(rule)
  return (problems.length > 0 ? problems : checkFaultRule(rule as FaultRule, ['updateSession'], [])).map(({ loc, msg }) => `${loc.join('.')} ${msg}`)
}
const wrong: [rule: object, problem: string][] = [
  [{}, 'then is required'],
  [{ then: {} }, 'then must have exactly one of status, delay_ms, drop and webhook'],
  [{ then: { status: 500, delay_ms: 1 } }, 'then must have exactly one of status, delay_ms, drop and webhook'],
  [{ then: { delay_ms: 1, detail: 'x' } }, 'then.detail requires status'],
  [{ then: { status: 500, webhook: 'lose' } }, 'then must have exactly one of status, delay_ms, drop and webhook'],
  [{ then: { webhook: 'lose', detail: 'x' } }, 'then.detail requires status'],
  [{ then: { webhook: 'delay' } }, 'then.delay_ms is required with webhook delay'],
  [{ then: { webhook: 'lose', delay_ms: 1 } }, 'then.delay_ms cannot be combined with any webhook but delay'],
  [{ then: { webhook: 'loose' } }, `then.webhook must be one of: ${webhookFaults.join(', ')}`],
  [{ then: { webhook: 'lose' }, match: { operation: 'x' } }, 'match.operation cannot be matched with webhook; the fields are event, endpoint_id, session_id'],
  [{ then: failure, match: { event: 'session.created' } }, 'match.event requires webhook in then'],
  [{ then: { drop: 'after', headers: { a: 'b' } } }, 'then.headers requires status'],
  [{ then: { status: 399 } }, 'then.status must be 400 or more'],
  [{ then: { drop: 'never' } }, 'then.drop must be one of: before, after'],
  [{ then: failure, times: 0 }, 'times must be 1 or more'],
  [{ then: failure, match: { operation: 'updateSesion' } }, 'match.operation must be one of: updateSession'],
  [{ then: { status: 500, headers: { 'Content-Length': '1' } } }, 'then.headers.Content-Length is a header that the server sets'],
  [{ then: { status: 500, headers: { 'a b': '1' } } }, 'then.headers.a b is not a valid header'],
  [{ then: { status: 500, headers: { a: 'x\n' } } }, 'then.headers.a is not a valid header'],
  [{ then: { status: 500, headers: JSON.parse('{"__proto__":"x"}') as object } }, 'then.headers.__proto__ is not a valid header']
]
for (const [rule, problem] of wrong) {
  t.test(`refuses ${JSON.stringify(rule)}`, async t => t.same(problemsOf(rule), [problem]))
}

t.test('accepts a rule with everything', async t => {
  const then = { status: 429, error: 'e', detail: 'd', headers: { 'X-Extra': 'a', 'Retry-After': '3' } }
  t.same(problemsOf({ match: request, then, times: null, skip: 2 }), [])
  t.same(problemsOf({ match: delivery, then: { webhook: 'delay', delay_ms: 5 }, times: null, skip: 2 }), [])
})

t.test('a fault of webhooks takes effect on the attempts that match every field, and one of requests on none', async t => {
  const lose = { webhook: 'lose' } as const
  const takes = async (match: object) => {
    const faults = new Faults(memoryStore())
    await faults.add({ match, then: lose })
    return await faults.takeWebhookEffect(delivery) === lose
  }
  const matches = [{}, delivery, { event: 'session.created' }, { endpoint_id: 'webhook_b' }, { session_id: 'ses_b' }]
  t.same(await Promise.all(matches.map(takes)), [true, true, false, false, false])

  const faults = new Faults(memoryStore())
  await faults.add({ match: { session_id: 'ses_a' }, then: lose, skip: 1, times: 2 })
  await faults.add({ match: { session_id: 'ses_a' }, then: failure })
  t.same(await Promise.all(Array.from({ length: 4 }, async () => faults.takeWebhookEffect(delivery))), [undefined, lose, lose, undefined])
  await faults.add({ then: lose })
  t.same([await faults.takeEffect(request), await faults.takeEffect(request)], [failure, undefined])
  t.equal(await faults.takeWebhookEffect({ event: 'webhook.test', endpoint_id: 'webhook_a', session_id: undefined }), lose)
})

t.test('an injected error is the documented one for its status, unless the fault says otherwise', async t => {
  t.match(injectedError({ status: 500 }), { statusCode: 500, code: 'internal_error', detail: 'Injected fault: 500.', reason: 'injected by a fault', headers: {} })
  t.match(injectedError({ status: 404, error: 'e', detail: 'd', headers: { 'X-Extra': 'a' } }), { code: 'e', detail: 'd', headers: { 'x-extra': 'a' } })
  t.match(injectedError({ status: 429 }),
    { code: 'rate_limited', detail: 'Rate limit exceeded. Retry after 1 seconds.', headers: { 'retry-after': '1' } })
  t.match(injectedError({ status: 429, headers: { 'Retry-After': '7' } }),
    { detail: 'Rate limit exceeded. Retry after 7 seconds.', headers: { 'retry-after': '7' } })
  t.equal(injectedError({ status: 429, detail: 'd' }).detail, 'd')
})

t.test('an effect is read as it is written in X-Mock-Fault', async t => {
  const effect: fc.Arbitrary<RequestEffect> = fc.oneof(
    fc.integer({ min: 400, max: 599 }).map(status => ({ status })),
    fc.integer({ min: 0, max: 600_000 }).map(delay => ({ delay_ms: delay })),
    fc.constantFrom('before' as const, 'after' as const).map(drop => ({ drop }))
  )
  fc.assert(fc.property(effect, effect => JSON.stringify(parseFaultHeader(` ${describeEffect(effect)} `)) === JSON.stringify(effect)))
  for (const text of ['', 'status', 'status=', 'status=399', 'status=600', 'status=4000', 'delay=-1', 'delay=600001', 'delay=1s', 'drop=never', 'stop=500', 'status=500,delay=1']) {
    t.equal(parseFaultHeader(text), undefined, text)
  }
})
