import { rejects } from 'node:assert/strict'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { timestamp } from '../../src/contract/time.js'
import { ApiKeys, type ApiKey } from '../../src/domain/api-keys.js'
import { apply } from '../../src/domain/apply.js'
import { FixtureSet, type NamedFixture } from '../../src/domain/fixtures/fixture-set.js'
import { SESSION_EXPIRE, sessionExpiry } from '../../src/domain/sessions/expiry.js'
import { Session } from '../../src/domain/sessions/session.js'
import { updateSession } from '../../src/domain/sessions/update.js'
import { checkStateForm, checkStateRules, type SavedKey, type State } from '../../src/domain/state.js'
import { attemptOf } from '../../src/domain/webhooks/schedule.js'
import { type InitialState, Workspace, type WorkspaceOptions } from '../../src/domain/workspace.js'
import { type WorkspaceRegistry, Workspaces } from '../../src/domain/workspaces.js'
import type { World } from '../../src/domain/world.js'
import type { Worlds } from '../../src/domain/worlds.js'
import { type Bounds, claim, dueItem, memoryWorlds, noWebhooks, NOW, session } from './examples.js'
import { Machine } from './machine.js'
import { delivery, endpoint } from './webhook-examples.js'

const HOUR = 60 * 60 * 1000
const results = { updateSession: Session }

interface Parts extends Partial<Omit<WorkspaceOptions, 'initialState'>> {
  fixtures?: readonly NamedFixture[]
  state?: Omit<InitialState, 'fixtures'>
  bounds?: Bounds
}

function workspaceOf ({ fixtures = [{ id: 'ses_a' }], state = {}, bounds = {}, ...options }: Parts = {}): Workspace {
  const initial = { ...state, fixtures: new FixtureSet(fixtures) }
  return new Workspace({
    initialState: () => initial,
    worlds: memoryWorlds(bounds),
    webhooks: noWebhooks,
    onTimelineError: () => undefined,
    ...options
  })
}

/** An update of `ses_a` in a world. */
async function update ({ store }: World, ref: string, key?: string) {
  const body = { external_ref: ref }
  return apply(store, {
    claim: key === undefined ? undefined : claim({ key, body }),
    reads: { sessions: ['ses_a'] },
    decide: ({ sessions: [before = session()] }, now) => updateSession(before, body, now)
  })
}

const refsIn = async ({ world }: Workspace) => (await world.store.list('sessions')).map(({ id, external_ref: ref }) => `${id}=${String(ref)}`)
const evictedIn = async ({ world }: Workspace) => world.store.evicted('idempotency')
const exchange = { id: 1, url: '/', requestHeaders: {}, responseBody: '{}', events: [] } as unknown as Parameters<World['journal']['add']>[0]

t.test('a reset returns to the initial state', async t => {
  const workspace = workspaceOf()
  const { world } = workspace
  await update(world, 'new', 'k')
  await world.clock.set(0)
  await world.faults.add({ then: { status: 500 } })
  await world.journal.add(exchange)
  await workspace.reset()
  t.not(workspace.world, world)
  t.same(await refsIn(workspace), ['ses_a=null'])
  t.equal(await workspace.world.store.count('idempotency'), 0)
  t.ok(workspace.world.clock.now() > 0)
  t.same([workspace.world.faults.list(), await workspace.world.journal.list()], [[], []])
})

t.test('a workspace is closed for good, and not by a reset', async t => {
  const workspace = workspaceOf()
  await workspace.reset()
  t.equal(workspace.closed, false)
  workspace.close()
  t.equal(workspace.closed, true)
})

t.test('a request of the world before a reset or restore changes nothing in the new one', async t => {
  for (const [name, renew] of Object.entries<(workspace: Workspace) => Promise<void>>({
    reset: async workspace => workspace.reset(),
    restore: async workspace => workspace.restore({ sessions: [{ id: 'ses_a', status: 'completed' }] })
  })) {
    const workspace = workspaceOf({ fixtures: [{ id: 'ses_a', status: 'completed' }], bounds: { max: 1 } })
    const { world } = workspace
    await renew(workspace)
    t.match((await update(world, 'late', 'k')).result, { status: 200, body: { external_ref: 'late' } }, `${name}: it is carried out in the old world`)
    await update(world, 'later', 'l')
    await world.clock.set(0)
    await world.store.transact({}, () => ({ puts: { due: [dueItem('d', 0)] } }))
    t.same(await refsIn(workspace), ['ses_a=null'], name)
    t.same([await workspace.world.store.count('idempotency'), await workspace.world.store.count('due')], [0, 0])
    t.equal(await evictedIn(workspace), 0, 'nor does a key that the old world evicts count')
    t.ok(workspace.world.clock.now() > 0)
    t.equal((await update(workspace.world, 'new', 'k')).replayed, false)
  }
})

t.test('a restore replaces everything but journal, faults, and when webhooks are sent', async t => {
  const workspace = workspaceOf({ fixtures: [{ id: 'ses_a' }, { id: 'ses_b' }] })
  const { faults, journal, webhooks, rateLimits } = workspace.world
  await update(workspace.world, 'old', 'k')
  const fault = await faults.add({ then: { status: 500 }, times: 3 })
  await webhooks.hold()
  await webhooks.setTiming(500)
  await rateLimits.set(undefined, 0)
  await workspace.restore({ sessions: [{ id: 'ses_c' }, { created_at: '2026-01-01T00:00:00Z' }] })
  t.match(await refsIn(workspace), ['ses_c=null', /^ses_[0-9a-f]{20}=null$/])
  t.equal(await workspace.world.store.count('idempotency'), 0)
  t.same(workspace.world.faults.list(), [fault])
  t.same((await workspace.world.faults.add({ then: { status: 500 } })).id, 'fault_2')
  t.same([workspace.world.webhooks.held, workspace.world.webhooks.timing], [true, 500])
  t.equal(workspace.world.rateLimits.isLimited, false)
  t.same(await workspace.world.journal.list(), await journal.list())
  t.not(workspace.world.journal, journal, 'requests of the old world do not appear in it')
  await workspace.reset()
  t.same(await refsIn(workspace), ['ses_a=null', 'ses_b=null'], 'a reset goes back to the fixtures')
  t.same([workspace.world.webhooks.held, workspace.world.webhooks.timing, workspace.world.faults.isEmpty], [false, 'after', true])
})

t.test('whatever has happened, a saved state is restored as it was', async () => {
  const step = fc.record({ ref: fc.string(), key: fc.option(fc.constantFrom('a', 'b', '__proto__'), { nil: undefined }) })
  const dates = fc.date({ min: new Date(0), max: new Date(NOW), noInvalidDate: true })
  await fc.assert(fc.asyncProperty(fc.array(step), dates, async (steps, date) => {
    const workspace = workspaceOf({ fixtures: [{ id: 'ses_live', is_sandbox: false }, { id: 'ses_a', status: 'failed', metadata: { a: { b: [1] } }, result: { status: 'rejected' } }] })
    await workspace.world.clock.freeze(true)
    await workspace.world.clock.set(Number(date))
    for (const { ref, key } of steps) await update(workspace.world, ref, key).catch(() => undefined)
    await workspace.world.store.transact({}, () => ({ puts: { due: [dueItem('d', NOW + 1)] } }))
    const saved = JSON.parse(JSON.stringify(await workspace.save())) as State
    const problems = [...checkStateForm(saved, []), ...checkStateRules(saved, [], results)]
    const other = workspaceOf()
    await other.restore(saved)
    const initial = workspaceOf({ fixtures: saved.sessions as NamedFixture[], state: saved })
    const text = JSON.stringify(saved)
    return problems.length === 0 && JSON.stringify(await other.save()) === text && JSON.stringify(await initial.save()) === text
  }), { numRuns: 50 })
})

t.test('a replay after a restore has the saved result, a mismatch still is one, and 24 hours are 24 hours', async t => {
  const workspace = workspaceOf()
  await workspace.world.clock.freeze(true)
  await update(workspace.world, 'first', 'k')
  const saved = JSON.parse(JSON.stringify(await workspace.save())) as State
  const other = workspaceOf()
  await other.restore(saved)
  t.match(await update(other.world, 'first', 'k'), { replayed: true, result: { body: { external_ref: 'first' } } })
  await rejects(update(other.world, 'second', 'k'), { code: 'idempotency_mismatch', reason: 'body differs at external_ref' })
  t.match((await other.save()).idempotency_keys, [{ replays: 1 }])
  await other.world.clock.set(other.world.clock.now() + 24 * 60 * 60 * 1000)
  t.same((await other.save()).idempotency_keys, [], 'an expired key is not saved')
  t.equal((await update(other.world, 'second', 'k')).replayed, false)
})

t.test('a state that the last release saved is restored', async t => {
  const body = session({ external_ref: 'a' })
  const key: SavedKey = {
    key: 'key', api_key: 'vk_live_…', api_key_digest: 'digest', operation: 'updateSession', session_id: 'ses_a',
    body: { external_ref: 'a' }, first_seen_at: '2026-03-01T12:00:00.000Z', replays: 2, result: { status: 200, body }
  }
  const clock = { now: '2026-03-01T13:00:00.000Z', frozen: true }
  const state: State = { sessions: [body], idempotency_keys: [key, { ...key, key: 'other', session_id: null }], clock }
  t.same([...checkStateForm(state, []), ...checkStateRules(state, [], results)], [])
  const workspace = workspaceOf()
  await workspace.restore(state)
  t.match(await update(workspace.world, 'a', 'key'), { replayed: true, result: { body } })
  await rejects(update(workspace.world, 'a', 'other'), { reason: 'path differs at session_id' })
  t.match((await workspace.save()).idempotency_keys, [
    { ...key, replays: 3, params: { session_id: 'ses_a' }, query: {} }, { key: 'other', session_id: null, params: {}, query: {} }
  ])
})

t.test('a state with problems is refused with all of them', async t => {
  t.same(checkStateForm({}, ['body']), [{ loc: ['body', 'sessions'], msg: 'is required', type: 'missing' }])
  t.match(checkStateForm({ sessions: [], session: [] }, []), [{ loc: ['session'], type: 'extra_forbidden' }])
  const fixture = { status: 'failed', capture_url: 'x' } as const
  t.match(checkStateRules({ sessions: [fixture] }, ['body'], results), [{ loc: ['body', 'sessions', 0, 'capture_url'] }])
  const { bytes, ...broken } = delivery({ next_attempt_at: null, body: 'text' })
  const unsendable = endpoint({ attribute_blocklist: ['status', 'event', 'idempotency_key'] })
  t.same(checkStateRules({ sessions: [], webhook_endpoints: [unsendable], webhook_deliveries: [broken] }, ['body'], results), [
    ...[1, 2].map(index => (
      { loc: ['body', 'webhook_endpoints', 0, 'attribute_blocklist', index], msg: 'cannot be left out of payloads', type: 'value_error' }
    )),
    { loc: ['body', 'webhook_deliveries', 0, 'next_attempt_at'], msg: 'must be a time, since the delivery is pending', type: 'value_error' },
    { loc: ['body', 'webhook_deliveries', 0, 'body'], msg: 'must be JSON', type: 'value_error' }
  ])
})

t.test('a saved state is of one moment, whatever happens in the meantime', async t => {
  const workspace = workspaceOf()
  const saving = workspace.save()
  const updating = update(workspace.world, 'new', 'k')
  const [saved] = await Promise.all([saving, updating])
  t.same([saved.sessions.map(({ external_ref: ref }) => ref), saved.idempotency_keys?.length], [[null], 0])
  workspace.close()
})

t.test('what is pending is saved and restored, and forgotten by a reset', async t => {
  const machine = new Machine(t)
  const done: string[] = []
  const dueHandlers = {
    test: {
      reads: () => ({}),
      decide: ({ id }: { id: string }) => {
        done.push(id)
        return {}
      }
    }
  }
  const workspace = workspaceOf({ fixtures: [], dueHandlers })
  const put = async (id: string, at: number) => workspace.world.store.transact({}, () => ({ puts: { due: [dueItem(id, at)] } }))
  await put('a', NOW + 10)
  await put('b', NOW + 20)
  const saved = await workspace.save()
  t.same(saved.timeline, [
    { id: 'a', at: '2026-03-01T12:00:00.010Z', type: 'test', subject: 'a' }, { id: 'b', at: '2026-03-01T12:00:00.020Z', type: 'test', subject: 'b' }
  ])
  await machine.pass(10)
  await workspace.restore(saved)
  await machine.settle()
  t.equal(machine.timers.length, 1, 'the timer of the old world is gone')
  await machine.pass(10)
  t.same(done, ['a', 'a'], 'the restored clock stands where it stood')
  await workspace.reset()
  await machine.pass(1_000)
  t.same([done, machine.timers], [['a', 'a'], []])
  await put('c', machine.now + 10)
  await machine.settle()
  t.equal(machine.timers.length, 1)
  workspace.close()
  t.same(machine.timers, [])
  t.notOk('timeline' in await workspaceOf().save(), 'nothing pending, nothing saved')
})

t.test('while no mock ran, a clock that runs has gone on, and what came due is carried out at its time', async t => {
  const machine = new Machine(t)
  machine.now = NOW + HOUR
  const fixtures = [{ id: 'ses_a', created_at: '2026-03-01T11:50:00.000Z' }, { id: 'ses_b', created_at: '2026-03-01T11:00:00.000Z' }]
  // a mock's clock that was two minutes ahead, or stood still
  const start = async (state: Omit<InitialState, 'fixtures'>) => {
    const workspace = workspaceOf({ fixtures, state, dueHandlers: { [SESSION_EXPIRE]: sessionExpiry } })
    void workspace.enter()
    await machine.settle()
    const { store, clock } = workspace.world
    workspace.close()
    return [clock.now() - NOW, (await store.list('sessions')).map(({ status, updated_at: at }) => `${status} ${at}`)]
  }
  const [now, saved] = [timestamp(NOW + 2 * 60_000), timestamp(NOW)]
  const [expired, old, open] = ['expired 2026-03-01T12:10:00.000Z', 'pending 2026-03-01T11:00:00.000Z', 'pending 2026-03-01T11:50:00.000Z']
  t.same(await start({ clock: { now, frozen: false }, saved_at: saved }), [HOUR + 2 * 60_000, [expired, old]])
  t.same(await start({ clock: { now, frozen: true }, saved_at: saved }), [2 * 60_000, [open, old]], 'a frozen clock stands still')
  t.same(await start({ clock: { now, frozen: false } }), [2 * 60_000, [open, old]], 'a state that is no file goes on from its time')
  t.same(await start({ clock: { now, frozen: false }, saved_at: timestamp(NOW + 2 * HOUR) }), [2 * 60_000, [open, old]], 'it never goes back')

  const workspace = workspaceOf()
  await workspace.restore({ sessions: [], clock: { now, frozen: false }, saved_at: saved })
  t.equal(workspace.world.clock.now() - NOW, 2 * 60_000, 'nor does a restored one')
})

t.test('webhook endpoints and deliveries are saved and restored, and what is pending is due again', async t => {
  const workspace = workspaceOf({ fixtures: [] })
  const pending = delivery({ id: 'whd_pending', status: 'pending', next_attempt_at: '2999-01-01T00:00:00.000Z' })
  const puts = { endpoints: [endpoint()], deliveries: [delivery(), pending], due: [attemptOf(pending)] }
  await workspace.world.store.transact({}, () => ({ puts }))
  const saved = JSON.parse(JSON.stringify(await workspace.save())) as State
  t.same([...checkStateForm(saved, []), ...checkStateRules(saved, [], results)], [])
  const { bytes, ...form } = delivery()
  t.match(saved, { webhook_endpoints: [endpoint()], webhook_deliveries: [form, { id: 'whd_pending' }], timeline: undefined })
  const other = workspaceOf({ fixtures: [] })
  await other.restore(saved)
  const { webhook_endpoints: endpoints, webhook_deliveries: deliveries } = await other.save()
  t.same([endpoints, deliveries], [saved.webhook_endpoints, saved.webhook_deliveries])
  await other.world.timeline.settled()
  t.same(await other.world.store.list('due'), [attemptOf(pending)], 'the other one was due already')
  await other.reset()
  t.notOk('webhook_endpoints' in await other.save())
})

t.test('a state that does not name its webhook endpoints has those of the options', async t => {
  const { id, url } = endpoint()
  const workspace = workspaceOf({ webhookEndpoints: [{ id, url }] })
  const endpointsIn = async () => (await workspace.save()).webhook_endpoints?.map(({ id }) => id)
  t.same(await endpointsIn(), [id])
  await workspace.world.store.transact({}, () => ({ deletes: { endpoints: [id] } }))
  t.same(await endpointsIn(), [], 'deleted')
  await workspace.restore(await workspace.save())
  t.same(await endpointsIn(), [], 'and still deleted')
  await workspace.restore({ sessions: [] })
  t.same(await endpointsIn(), [id])
})

t.test('a due item that cannot be carried out is reported, and its events go nowhere', async t => {
  const machine = new Machine(t)
  const errors: unknown[] = []
  const before = session()
  const workspace = workspaceOf({
    dueHandlers: {
      test: { reads: () => ({}), decide: () => ({ events: [{ type: 'session.updated', session_id: 'ses_a', before, after: before }] }) }
    },
    onTimelineError: (error, item) => errors.push([item?.id, (error as Error).message])
  })
  await workspace.world.store.transact({}, () => ({ puts: { due: [dueItem('a', NOW), dueItem('b', NOW, 'unknown')] } }))
  await machine.settle()
  t.same(errors, [['b', 'no handler for due items of type unknown']])
})

t.test('keys that are evicted within their 24 hours are counted, and reported', async t => {
  let reports = 0
  const workspace = workspaceOf({ bounds: { max: 1, onEviction: () => reports++ } })
  for (const key of ['a', 'b', 'c']) await update(workspace.world, 'x', key)
  t.same([await evictedIn(workspace), reports], [2, 2])
  await workspace.world.clock.set(workspace.world.clock.now() + 24 * 60 * 60 * 1000)
  await update(workspace.world, 'x', 'd')
  t.equal(await evictedIn(workspace), 2, 'a key that expired is no loss')
  await workspace.reset()
  t.equal(await evictedIn(workspace), 0)
})

t.test('excess keys of a state are evicted, and counted too', async t => {
  const workspace = workspaceOf()
  await workspace.world.clock.freeze(true)
  for (const key of ['a', 'b', 'c']) await update(workspace.world, 'x', key)
  const small = workspaceOf({ bounds: { max: 2 } })
  await small.restore(await workspace.save())
  t.same([await evictedIn(small), (await small.save()).idempotency_keys?.map(({ key }) => key)], [1, ['b', 'c']])
})

t.test('a world begins when somebody enters it, with the clock of its state', async t => {
  let begun = 0
  const state = { fixtures: new FixtureSet([]), clock: { now: timestamp(NOW), frozen: true } }
  const workspace = new Workspace({
    initialState: () => {
      begun++
      return state
    },
    worlds: memoryWorlds(),
    webhooks: noWebhooks,
    onTimelineError: () => undefined
  })
  t.equal(begun, 0)
  const world = workspace.enter()
  t.equal(workspace.enter(), world, 'the same as long as it is the same')
  t.equal(workspace.world, world)
  t.same([begun, workspace.world.clock.now()], [1, NOW])
  await workspace.reset()
  t.same([begun, workspace.enter() === workspace.world, workspace.world === world], [2, true, false])
})

/** Worlds as processes share them: all that is asked for is a promise. */
function sharedWorlds (): Worlds {
  const worlds = memoryWorlds()
  return {
    present: async begin => worlds.present(begin),
    replace: async (begin, keep) => worlds.replace(begin, keep)
  }
}

t.test('processes that share a workspace are in the same world, and notice when another one replaces it', async t => {
  const worlds = sharedWorlds()
  const [one, other] = [workspaceOf({ worlds }), workspaceOf({ worlds, fixtures: [] })]
  t.throws(() => one.world, { message: 'nobody has entered the workspace' })
  const [first, same] = [await one.enter(), await other.enter()]
  await update(first, 'first')
  t.same([await refsIn(other), same.generation, first.store === same.store], [['ses_a=first'], first.generation, true])
  t.equal(await other.enter(), same)

  await one.restore({ sessions: [{ id: 'ses_b' }] })
  t.equal(other.world, same, 'until it enters again')
  const second = await other.enter()
  t.same([await refsIn(other), second.generation, second.store === one.world.store], [['ses_b=null'], first.generation + 1, true])
  t.equal(await same.timeline.moveTo({ advance: 1 }), true, 'nobody waits in the world before')
  await other.reset()
  await one.enter()
  t.same(await refsIn(one), [], 'the initial state of the process that resets it')
})

t.test('a workspace that is closed carries out nothing in a world that it enters then', async t => {
  const machine = new Machine(t)
  const workspace = workspaceOf({ worlds: sharedWorlds(), fixtures: [] })
  const entering = workspace.enter()
  workspace.close()
  const { store } = await entering
  await store.transact({}, () => ({ puts: { due: [dueItem('a', NOW - 1)] } }))
  await machine.settle()
  t.same([(await store.list('due')).length, machine.timers], [1, []])
})

t.test('reloaded fixtures are applied, and all other sessions stay', async t => {
  const workspace = workspaceOf({ fixtures: [{ id: 'ses_a' }, { id: 'ses_b' }, { id: 'ses_c' }] })
  await update(workspace.world, 'mine')
  await workspace.refresh({ outdated: ['ses_b', 'ses_c'], updated: [{ id: 'ses_c', external_ref: 'new' }, { id: 'ses_d' }] })
  t.same(await refsIn(workspace), ['ses_a=mine', 'ses_c=new', 'ses_d=null'])
})

t.test('results come and go with their fixtures', async t => {
  const failed = (id: string, reason: string) => ({ id, status: 'failed', result: { rejection_reason: reason } }) as const
  const workspace = workspaceOf({ fixtures: [failed('ses_a', 'a'), failed('ses_b', 'b'), failed('ses_c', 'c')] })
  const reasonsIn = async ({ world }: Workspace) => (await world.store.list('results')).map(({ id, result }) => `${id}=${String(result.rejection_reason)}`)
  await workspace.refresh({ outdated: ['ses_b'], updated: [failed('ses_c', 'new'), { id: 'ses_a' }, { id: 'ses_d' }] })
  t.same(await reasonsIn(workspace), ['ses_c=new'])
  t.match((await workspace.save()).sessions, [{ id: 'ses_c', result: { session_id: 'ses_c', rejection_reason: 'new' } }, { id: 'ses_a', result: undefined }, { id: 'ses_d' }])
  await workspace.reset()
  t.same(await reasonsIn(workspace), ['ses_a=a', 'ses_b=b', 'ses_c=c'])
  await workspace.restore({ sessions: [failed('ses_x', 'x'), { id: 'ses_a' }] })
  t.same(await reasonsIn(workspace), ['ses_x=x'])
})

t.test('workspaces share the sessions of their fixtures, and no fixture costs a new workspace anything', async t => {
  let reads = 0
  const fixtures = Array.from({ length: 10_000 }, (_, index) => ({ id: `ses_${index}`, created_at: '2026-01-01T00:00:00.000Z' }))
  const set = new FixtureSet(fixtures)
  const count = <A extends unknown[], R>(call: (...parts: A) => R) => (...parts: A) => {
    reads++
    return call(...parts)
  }
  const sessionsAt = set.sessionsAt.bind(set)
  t.intercept(set, 'sessionsAt', {
    value: (now: number) => {
      const { size, has, get, ids } = sessionsAt(now)
      return { size, has: count(has), get: count(get), ids: count(ids) }
    }
  })
  const [one, other] = [0, 1].map(() => new Workspace({
    initialState: () => ({ fixtures: set }),
    worlds: memoryWorlds(),
    webhooks: noWebhooks,
    onTimelineError: () => undefined
  })) as [Workspace, Workspace]
  t.equal(reads, 0, 'no session is looked at before somebody asks for it')
  const sessionIn = async ({ world }: Workspace) => (await world.store.transact({ sessions: ['ses_7'] }, found => ({ puts: {}, found }))).found.sessions[0]
  t.equal(await sessionIn(one), await sessionIn(other))
  t.same([await one.world.store.count('sessions'), await other.world.store.count('sessions')], [10_000, 10_000])
})

t.test('sessions are listed by environment, the sandbox first', async t => {
  const workspace = workspaceOf({ fixtures: [{ id: 'live', is_sandbox: false }, { id: 'sandbox' }] })
  t.same((await workspace.save()).sessions.map(({ id }) => id), ['sandbox', 'live'])
})

const [key, otherKey] = ['vk_live_1', 'vk_live_2'].map(text => new ApiKeys([]).find(text)) as [ApiKey, ApiKey]

function workspacesOf (t: Test, isolation: 'none' | 'api-key', max = 10, registry?: WorkspaceRegistry) {
  const made: Workspace[] = []
  const closed: number[] = []
  let drops = 0
  const workspaces = new Workspaces({
    isolation,
    max,
    registry,
    create: () => {
      const workspace = workspaceOf()
      const number = made.push(workspace) - 1
      t.intercept(workspace, 'close', { value: () => closed.push(number) })
      return workspace
    },
    onDrop: () => drops++
  })
  return { workspaces, made, closed, drops: () => drops }
}

t.test('without isolation all API keys share one workspace', async t => {
  const { workspaces, closed } = workspacesOf(t, 'none')
  t.notOk(workspaces.isolated)
  t.equal(workspaces.of(key), workspaces.shared)
  t.equal(await workspaces.existing(key), workspaces.shared)
  t.same([...workspaces.all()], [workspaces.shared])
  t.same(await workspaces.list(), [])
  t.equal(await workspaces.find('workspace_1'), workspaces.shared, 'whatever is asked for')
  workspaces.close()
  t.same(closed, [0])
})

t.test('with isolation each API key has its own, from its first use on', async t => {
  const { workspaces, made, closed } = workspacesOf(t, 'api-key')
  t.ok(workspaces.isolated)
  t.equal(await workspaces.existing(key), workspaces.shared, 'a refused request makes none')
  t.equal(await workspaces.existing(undefined), workspaces.shared)
  const own = workspaces.of(key)
  t.not(own, workspaces.shared)
  t.equal(workspaces.of(key), own)
  t.equal(await workspaces.existing(key), own)
  t.not(workspaces.of(otherKey), own)
  t.same(new Set(workspaces.all()), new Set(made))
  workspaces.close()
  t.same(closed.sort(), [0, 1, 2])
})

t.test('beyond the maximum, the least recently used workspace is evicted', async t => {
  const { workspaces, closed, drops } = workspacesOf(t, 'api-key', 2)
  const third = new ApiKeys([]).find('vk_live_3') as ApiKey
  const first = workspaces.of(key)
  workspaces.of(otherKey)
  workspaces.of(key)
  workspaces.of(third)
  t.equal(workspaces.of(key), first)
  t.same([closed, drops()], [[2], 1])
})

t.test('a workspace has an ID, which finds it as long as it is kept', async t => {
  const { workspaces } = workspacesOf(t, 'api-key', 2)
  const third = new ApiKeys([]).find('vk_sandbox_4f1c9a7be2') as ApiKey
  const [first, second] = [workspaces.of(key), workspaces.of(otherKey)]
  const listed = [{ id: 'workspace_1', api_key: 'vk_live_…' }, { id: 'workspace_2', api_key: 'vk_live_…' }]
  workspaces.of(key)
  t.same(await workspaces.list(), listed, 'in the order in which they were made')
  t.equal(await workspaces.find('workspace_2'), second)
  t.equal(await workspaces.find('workspace_1'), first)
  t.same(await workspaces.list(), listed)
  const newest = workspaces.of(third)
  t.same(await workspaces.list(), [listed[0], { id: 'workspace_3', api_key: 'vk_sandbox_…7be2' }], 'to find one is to use it, to list them is not')
  t.equal(await workspaces.find('workspace_3'), newest)
  for (const id of ['workspace_2', 'workspace_4', 'workspace_01', 'WORKSPACE_1', '', '__proto__', key.digest]) {
    await rejects(workspaces.find(id), { statusCode: 404, message: `No workspace ${id}. It may have been evicted.` })
  }
  workspaces.of(otherKey)
  t.same((await workspaces.list()).map(({ id }) => id), ['workspace_3', 'workspace_4'], 'an ID is never used again')
})

t.test('a workspace that another process has created is found too', async t => {
  const owners = new Map([[key.digest, { id: 'workspace_7', digest: key.digest, masked: key.masked }]])
  const { workspaces } = workspacesOf(t, 'api-key', 10, { list: async () => [...owners.values()], has: async digest => owners.has(digest) })
  t.same(await workspaces.list(), [{ id: 'workspace_7', api_key: key.masked }])
  t.equal(await workspaces.existing(otherKey), workspaces.shared)
  t.equal(await workspaces.findToken('none'), undefined)
  const own = await workspaces.find('workspace_7')
  t.not(own, workspaces.shared)
  t.same([workspaces.of(key), await workspaces.existing(key)], [own, own])
  await rejects(workspaces.find('workspace_1'), { statusCode: 404 })
  await own.world.store.transact({}, () => ({ puts: { sessions: [session({ id: 'ses_new', capture_url: 'http://mock/verify/cap_1' })], tokens: [{ id: 'cap_1', session_id: 'ses_new', link_id: null }] } }))
  t.equal((await workspaces.findToken('cap_1'))?.world, own.world)
})

t.test('a well-formed API key is valid, and its prefix says what it is', async t => {
  const keys = new ApiKeys([])
  t.match(keys.find('vk_live_90ab12cd34'), { masked: 'vk_live_…cd34', environment: 'live', publishable: false, scopes: undefined })
  t.match(keys.find('vk_pub_sandbox_x'), { masked: 'vk_pub_sandbox_…', environment: 'sandbox', publishable: true })
  t.equal(keys.find('vk_live_90ab12cd34'), keys.find('vk_live_90ab12cd34'))
  t.not(keys.find('vk_live_90ab12cd34')?.digest, keys.find('vk_live_90ab12cd35')?.digest)
  for (const text of ['', 'vk_live_', 'vk_test_x', 'VK_LIVE_x', 'vk_live_a b', 'vk_live_a, vk_live_b', ' vk_live_a', 'undefined']) {
    t.equal(keys.find(text), undefined, `"${text}" is not valid`)
    t.equal(keys.reasonToRefuse(text), 'a key is vk_live_ or vk_sandbox_ followed by something without spaces and commas')
  }
})

t.test('with a list of API keys only those are valid, each with its scopes', async t => {
  const keys = new ApiKeys(['vk_live_all', 'vk_live_some=sessions:read+sessions:write', 'vk_live_none='])
  t.same(['vk_live_all', 'vk_live_some', 'vk_live_none'].map(text => keys.find(text)?.scopes), [undefined, ['sessions:read', 'sessions:write'], ['']])
  t.equal(keys.find('vk_live_other12345'), undefined)
  t.equal(keys.reasonToRefuse('vk_live_other12345'), 'vk_live_…2345 is not one of the keys that --api-key lists')
})
