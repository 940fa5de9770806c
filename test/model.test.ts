import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { type FaultRule, type Fixture, startVerifaMock, type State } from '../src/index.js'
import { type Line, ReferenceModel, type Request, type Response } from './reference-model.js'

/**
 * Random sequences of everything that can be done to a mock. Each step is done to the reference model too: both must respond alike, to
 * the byte, and have the same state in the end. VERIFA_MOCK_MODEL_RUNS=20000 makes more of them. A failure prints `seed` and `path`;
 * VERIFA_MOCK_MODEL_REPLAY='{"seed":1,"path":"2:3"}' repeats that one.
 */
const runs = Number(process.env['VERIFA_MOCK_MODEL_RUNS'] ?? 40)
const replay = JSON.parse(process.env['VERIFA_MOCK_MODEL_REPLAY'] ?? '{}') as fc.Parameters<[Step[]]>
const SHRINKING = 20_000 // milliseconds in which a failure is made smaller: it must be reported before tap ends the test
t.setTimeout(120_000 + runs * 50)

const HOUR = 60 * 60 * 1000
const START = Date.parse('2026-03-01T12:00:00.000Z')
const fixtures: Fixture[] = [
  { id: 'ses_a', status: 'pending', created_at: '2026-01-05T09:00:00.000Z', external_ref: 'order-1', metadata: { plan: 'free', snake_key: 1 } },
  { id: 'ses_b', status: 'completed', retention_status: 'sensitive_redacted', tags: ['vip'], checks: ['age'], case_status: 'open' },
  { id: 'ses_redacted', status: 'completed', retention_status: 'redacted', metadata: { plan: 'gold' } },
  { id: 'ses_live', is_sandbox: false, status: 'capturing', country: 'DE' },
  { id: 'ses_live_redacted', is_sandbox: false, status: 'failed', retention_status: 'redacted' }
]

// All values come from short lists, so that steps meet each other: the same session, the same key, the same parameters.
const callers = [
  ['ses_a', 'vk_sandbox_a'], ['ses_a', 'vk_sandbox_a'], ['ses_a', 'vk_sandbox_longer_one'], ['ses_b', 'vk_sandbox_a'],
  ['ses_live', 'vk_live_a'], ['ses_live', 'vk_live_a'], ['ses_live', 'vk_live_longer_one']
] as const
const oddCallers = [
  ['ses_redacted', 'vk_sandbox_a'], ['ses_live_redacted', 'vk_live_a'], ['ses_a', 'vk_live_a'], ['ses_live', 'vk_sandbox_a'],
  ['ses_none', 'vk_sandbox_a'], ['ü /%?', 'vk_sandbox_a'], ['ü /%?', 'vk_live_a'], ['ses_new', 'vk_live_a'],
  ['ses_a', undefined], ['ses_a', 'nonsense'], ['ses_a', 'vk_live_'], ['ses_a', 'vk_pub_sandbox_a']
] as const
const session = fc.constantFrom('ses_a', 'ses_a', 'ses_live', 'ses_redacted', 'ses_none', 'ü /%?')
const idempotencyKey = fc.constantFrom('k1', 'k1', 'k2', 'k3')

const often = <T, U>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<U>, weight: number): fc.Arbitrary<T | U> =>
  fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: odd })
const usually = <T, U>(usual: fc.Arbitrary<T>, ...odd: U[]): fc.Arbitrary<T | U> => often(usual, fc.constantFrom(...odd), 40)

const someValue = fc.constantFrom(null, null, 0, 1.5, '', 'ü\u2028"\ud800', false, [], [null, { a: null }], { b: 1, a: { d: null, c: [1, 2] } })
const metadataEntry = fc.tuple(
  fc.constantFrom('plan', 'snake_key', 'a', 'camelKey', '7', '__proto__'), often(someValue, fc.jsonValue({ maxDepth: 1 }), 8)
)
const metadata = fc.array(metadataEntry, { maxLength: 3 }).map(entries => Object.fromEntries(entries))
const payload = fc.record({
  name: fc.constantFrom('external_ref', 'externalRef', 'external-ref'),
  reference: fc.constantFrom(undefined, 'order-1', 'ü', ''),
  metadata: fc.option(metadata, { nil: undefined })
}).map(({ name, reference, metadata }) => JSON.stringify({ [name]: reference, metadata }))
const sized = (bytes: number) => `{"metadata":{"plan":"${'x'.repeat(bytes - 2)}","a":null}}`
const oddPayload = fc.constantFrom(
  undefined, '', 'null', '[]', '"x"', '{"external_ref":', '{"external_ref":null}', '{"metadata":null}', '{"external_ref":1,"metadata":[]}',
  '{"status":"completed","externalRef":"a","Metadata":{}}', '{"external_ref":"a","external-ref":"a"}', '{"__proto__":{}}',
  '{"metadata":{"a":-0,"plan":1e2}}', '{"metadata":{"plan":100.0,"a":0}}', sized(16_384), sized(16_385)
)
const request = fc.record({
  caller: often(fc.constantFrom(...callers), fc.constantFrom(...oddCallers), 7),
  prefix: fc.constantFrom('', '/api/v1'),
  headers: fc.record({
    'idempotency-key': usually(fc.option(idempotencyKey, { nil: undefined, freq: 3 }), '', 'x'.repeat(255), 'x'.repeat(256)),
    'key-inflection': usually(fc.constantFrom(undefined, 'snake', 'camel', 'kebab'), 'Pascal'),
    'verifa-version': usually(fc.constantFrom(undefined, '2026-02-01'), '2025-12-31', 'soon'),
    'x-mock-fault': usually(fc.constant(undefined), 'status=429', 'status=503', 'drop=before', 'drop=after', 'delay=0', 'nonsense'),
    'content-type': usually(fc.constant('application/json'), 'text/plain')
  }),
  payload: often(payload, oddPayload, 12)
}).map(({ caller: [session, apiKey], headers, ...rest }): Request => ({ session, ...rest, headers: { 'x-api-key': apiKey, ...headers } }))

/** What a retry takes from another request, or how it is written differently: the order of fields, or the name of the reference. */
const change = fc.constantFrom(
  'nothing', 'nothing', 'nothing', 'order', 'order', 'name', 'prefix', 'key-inflection', 'session', 'payload', 'x-api-key', 'idempotency-key'
)

const match = fc.oneof(
  fc.record({ session_id: session }),
  fc.record({ idempotency_key: idempotencyKey, operation: fc.constant('updateSession') }),
  fc.record({ session_id: session, idempotency_key: idempotencyKey, method: fc.constantFrom('PATCH', 'GET') })
)
const then = fc.constantFrom<FaultRule['then'][]>(
  { drop: 'before' }, { drop: 'after' }, { drop: 'after' }, { status: 429 }, { status: 500 }, { status: 418, error: 'teapot', detail: 'Short.' }
)
const fault: fc.Arbitrary<FaultRule> = fc.oneof(
  fc.record({ then }), // for the next request, whatever it is
  fc.record({ match, then, times: fc.constantFrom(1, 2, null), skip: fc.constantFrom(0, 1) }, { requiredKeys: ['match', 'then'] })
)
const seeds: fc.Arbitrary<Fixture[]> = fc.uniqueArray(fc.record({
  id: fc.constantFrom('ü /%?', 'ses_none', 'ses_a', 'ses_new'),
  status: fc.constantFrom('pending', 'expired'),
  is_sandbox: fc.boolean(),
  metadata
}, { requiredKeys: ['id'] }), { selector: ({ id }) => id, minLength: 1, maxLength: 2 })
const span = fc.constantFrom<[text: string, milliseconds: number][]>(
  ['24h', 24 * HOUR], ['23h59m59s999ms', 24 * HOUR - 1], ['1ms', 1], ['12h', 12 * HOUR], ['1h', HOUR], ['-1h', -HOUR], ['-24h', -24 * HOUR]
)
const moment = fc.constantFrom('2026-03-01T12:00:00.000Z', '2026-03-02T12:00:00.000Z', '2026-03-03T11:59:59.999Z')

const step = fc.oneof(
  { weight: 40, arbitrary: fc.record({ do: fc.constant('update'), request }) },
  { weight: 40, arbitrary: fc.record({ do: fc.constant('retry'), back: fc.nat(4), change, other: request }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('update twice together'), request }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('advance'), span }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('set clock'), clock: fc.record({ freeze: fc.boolean(), set: moment }, { requiredKeys: [] }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait'), milliseconds: fc.constantFrom(1, 1000, 24 * HOUR) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('add fault'), rule: fault }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('clear faults'), index: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('seed'), seeds, apiKey: fc.constantFrom('vk_sandbox_a', 'vk_live_a') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove'), id: session }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('save') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restore'), sessionsOnly: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('reset', 'reset clock') }) }
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function retryOf (request: Request, change: string, other: Request): Request {
  const { payload, headers } = request
  const isJson = payload?.endsWith('}') === true
  switch (change) {
    case 'nothing': return request
    case 'order': return { ...request, payload: isJson ? JSON.stringify(JSON.parse(payload, reverse)) : payload }
    case 'name': return { ...request, payload: payload?.replace('"external_ref"', '"externalRef"') }
    case 'session': case 'prefix': case 'payload': return { ...request, [change]: other[change] }
    default: return { ...request, headers: { ...headers, [change]: other.headers[change] } }
  }
}

/** For JSON.parse: every object with its fields in reverse order. */
function reverse (_key: string, value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).reverse()) : value
}

/** What the journal has of a request, as text, without what a model cannot know. */
function lineOf ({ at, path, session_id, api_key, idempotency_key, replayed, fault, status, reason, sent, changes }: Line): string {
  return JSON.stringify({ at, path, session_id, api_key, idempotency_key, replayed, fault, status, reason, sent, changes })
}

t.test('whatever is done, in whatever order, the mock does what the reference model does', async t => {
  let machine = START
  let sent: Request[] = []
  let saved: { state: State, model: ReturnType<ReferenceModel['save']> } | undefined
  const seen = new Map<string, number>()
  let stepsDone = 0
  // so that a clock that runs is as predictable as one that is frozen; not by t.intercept, which records every call
  const { now } = Date
  Date.now = () => machine
  t.teardown(() => {
    Date.now = now
  })
  const model = new ReferenceModel(fixtures)
  const mock = await startVerifaMock({ fixtures })
  t.teardown(async () => mock.close())

  async function send ({ session, prefix, headers, payload }: Request): Promise<Response> {
    try {
      const response = await mock.app.inject({
        method: 'PATCH',
        url: `${prefix}/sessions/${encodeURIComponent(session)}`,
        headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)),
        ...(payload !== undefined && { payload })
      })
      return { status: response.statusCode, body: response.body, replayed: response.headers['idempotent-replayed'] === 'true' }
    } catch (error) {
      if ((error as Error).message === 'response destroyed before completion') return 'cut'
      throw error
    }
  }

  async function update (request: Request): Promise<[Response, Response]> {
    sent.unshift(request)
    const response = await send(request)
    const kind = response === 'cut' ? 'cut' : `${response.status}${response.replayed ? ' replayed' : ''}`
    seen.set(kind, (seen.get(kind) ?? 0) + 1)
    return [response, model.update(request)]
  }

  /** A call of the control plane for which the client has no method. */
  async function call (method: 'POST' | 'DELETE', path: string, payload?: object, headers = {}) {
    const { statusCode, body } = await mock.app.inject({ method, url: `/_mock${path}`, headers, ...(payload !== undefined && { payload }) })
    return { status: statusCode, body }
  }

  /** Does one step to both. Returns what the mock returns, and what the model does. */
  async function perform (step: Step): Promise<unknown[]> {
    switch (step.do) {
      case 'update': return update(step.request)
      case 'retry': return update(retryOf(sent[step.back] ?? step.other, step.change, step.other))
      case 'update twice together': {
        const { request } = step
        return [await Promise.all([send(request), send(request)]), [model.update(request), model.update(request)]]
      }
      case 'advance': return [(await mock.clock.advance(step.span[0])).getTime(), model.now += step.span[1]]
      case 'set clock': {
        const { set: now = new Date(model.now).toISOString(), freeze: frozen = model.frozen } = step.clock
        Object.assign(model, { now: Date.parse(now), frozen })
        return [(await call('POST', '/clock', step.clock)).body, JSON.stringify({ now, frozen })]
      }
      case 'wait': {
        machine += step.milliseconds
        if (!model.frozen) model.now += step.milliseconds
        // as a timer would
        await mock.app.workspaces.shared.world.timeline.moveTo(now => now)
        return []
      }
      case 'add fault': {
        const fault = await mock.faults.add(step.rule)
        return [fault, model.addFault(fault.id, step.rule)]
      }
      case 'clear faults': {
        const id = model.faults[step.index]?.id
        await mock.faults.clear(id)
        model.faults = model.faults.filter(fault => id !== undefined && fault.id !== id)
        return []
      }
      case 'seed': {
        const { seeds, apiKey } = step
        return [await call('POST', '/sessions', seeds, { 'x-api-key': apiKey }), model.seed(seeds, apiKey === 'vk_sandbox_a')]
      }
      case 'remove': return [(await call('DELETE', `/sessions/${encodeURIComponent(step.id)}`)).status, model.remove(step.id)]
      case 'save': {
        saved = { state: await mock.state(), model: model.save() }
        return [JSON.stringify(saved.state.sessions), JSON.stringify(saved.model.sessions)]
      }
      case 'restore': {
        if (saved === undefined) return []
        // what a state leaves out is as at the start
        await mock.restore(step.sessionsOnly ? { sessions: saved.state.sessions } : saved.state)
        model.restore(step.sessionsOnly ? { ...saved.model, keys: [], now: machine, frozen: false } : saved.model)
        return []
      }
      case 'reset clock': {
        Object.assign(model, { now: machine, frozen: false })
        return [(await mock.clock.reset()).getTime(), machine]
      }
      case 'reset': {
        await mock.reset()
        model.reset(machine)
        return []
      }
    }
  }

  async function compareAll (): Promise<void> {
    const { faults, journal } = model
    assert.equal(JSON.stringify(await mock.sessions()), JSON.stringify(model.listSessions()))
    assert.deepEqual(await mock.idempotencyKeys(), model.listKeys())
    assert.deepEqual(await mock.faults.list(), faults)
    assert.equal(await mock.verify({ count: journal.length }), journal.length)
    const entries = await mock.requests()
    assert.deepEqual(entries.map(({ id }) => id), journal.map((_, index) => index + 1))
    // of two requests together, either may come first
    assert.deepEqual(entries.map(entry => lineOf({ ...entry, sent: entry.request.body })).sort(), journal.map(lineOf).sort())
  }

  let failedAt: number | undefined
  const steps = fc.array(step, { maxLength: 110, size: 'max' }) // 50 on average
  await fc.assert(fc.asyncProperty(steps, async steps => {
    fc.pre(failedAt === undefined || performance.now() - failedAt < SHRINKING)
    machine = START
    sent = []
    saved = undefined
    model.reset(machine)
    await mock.reset()
    try {
      for (const step of steps) {
        const [ofMock, ofModel] = await perform(step)
        model.expire()
        assert.deepEqual(ofMock, ofModel, `after "${step.do}"`)
      }
      await compareAll()
      stepsDone += steps.length
    } catch (error) {
      failedAt ??= performance.now()
      throw error
    }
  }), { numRuns: runs, ...replay })

  t.comment(`${runs} runs of ${Math.round(stepsDone / runs)} steps on average`)
  // sequences in which nothing happens prove nothing
  for (const kind of ['200', '200 replayed', 'cut', '400', '401', '403', '404', '415', '418', '422', '429', '500', '503']) {
    if (runs >= 500 && replay.seed === undefined) t.ok((seen.get(kind) ?? 0) > 0, `there were responses of kind ${kind}`)
  }
})
