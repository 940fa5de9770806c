import t from 'tap'
import { ApiKeys, type ApiKey } from '../../src/domain/api-keys.js'
import { type Revisions, revisionsOf } from '../../src/domain/revisions.js'
import type { World } from '../../src/domain/world.js'
import { dueItem, session } from './examples.js'
import { workspaceOf } from './workspace-of.js'

type Exchange = Parameters<World['journal']['add']>[0]
const exchange = { url: '/', requestHeaders: {}, responseBody: '{}', events: [] } as unknown as Exchange
const apiKey = new ApiKeys([]).find('vk_live_1') as ApiKey
const request = { method: 'PATCH', session_id: undefined, idempotency_key: undefined, operation: undefined }

/** The names of the numbers that are other ones after a change. Those of the same world must not shrink. */
async function changedBy (change: (world: World) => unknown, prepare: (world: World) => unknown = () => undefined): Promise<string[]> {
  const { world } = workspaceOf([])
  await prepare(world)
  const before = await revisionsOf(world)
  await change(world)
  const after = await revisionsOf(world)
  const names = Object.keys(after) as (keyof Revisions)[]
  return names.filter(name => after[name] !== before[name]).map(name => after[name] > before[name] ? name : `${name} shrinks`)
}

const addFault = (times: number | null) => ({ faults }: World) => faults.add({ then: { status: 500 }, times })

const changes: [name: string, number: string | undefined, change: (world: World) => unknown, prepare?: (world: World) => unknown][] = [
  ['a request', 'requests', ({ journal }) => journal.add({ ...exchange })],
  ['the removal of a request', 'requests', async ({ journal }) => journal.remove(await journal.list()), ({ journal }) => journal.add({ ...exchange })],
  ['a cleared journal', 'requests', ({ journal }) => journal.clear()],
  ['a session', 'documents', async ({ store }) => store.transact({}, () => ({ puts: { sessions: [session()] } }))],
  ['a due item', 'documents', async ({ store }) => store.transact({}, () => ({ puts: { due: [dueItem('d', 1e15)] } }))],
  ['a read', undefined, async ({ store }) => store.transact({ sessions: ['ses_a'] }, () => ({}))],
  ['a fault', 'settings', addFault(1)],
  ['a fault that is removed', 'settings', ({ faults }) => faults.remove('fault_1'), addFault(1)],
  ['faults that are cleared', 'settings', ({ faults }) => faults.clear(), addFault(1)],
  ['a fault that is used up', 'settings', ({ faults }) => faults.takeEffect(request), addFault(1)],
  ['a fault that has less left', 'settings', ({ faults }) => faults.takeEffect(request), addFault(2)],
  ['a fault that is never used up', undefined, ({ faults }) => faults.takeEffect(request), addFault(null)],
  ['a clock that is set', 'settings', ({ clock }) => clock.set(0)],
  ['a clock that runs again', 'settings', ({ clock }) => clock.freeze(false)],
  ['a clock that is reset', 'settings', ({ clock }) => clock.reset()],
  ['webhooks that are held', 'settings', async ({ webhooks }) => webhooks.hold()],
  ['webhooks that are released', 'settings', async ({ webhooks }) => webhooks.release()],
  ['webhooks at another time', 'settings', async ({ webhooks }) => webhooks.setTiming('before')],
  ['a move of the clock', 'settings', async ({ timeline }) => timeline.moveTo({ advance: 1 })],
  ['a request that is counted', undefined, async ({ rateLimits }) => rateLimits.count(apiKey, true), async ({ rateLimits }) => rateLimits.set(apiKey, 9)],
  ['nothing', undefined, () => undefined]
]
for (const [name, number, change, prepare] of changes) {
  t.test(`${name} changes ${number ?? 'no number'}`, async t => {
    t.same(await changedBy(change, prepare), number === undefined ? [] : [number])
  })
}

t.test('each world of a workspace has the next number, and each workspace begins with another one', async t => {
  const workspace = workspaceOf([])
  const numbers = [await revisionsOf(workspace.world)]
  await workspace.reset()
  numbers.push(await revisionsOf(workspace.world))
  await workspace.restore({ sessions: [] })
  numbers.push(await revisionsOf(workspace.world))
  const [first = NaN, ...others] = numbers.map(({ world }) => world)
  t.same(others, [first + 1, first + 2])
  const starts = Array.from({ length: 5 }, () => workspaceOf([]).world.generation)
  t.ok(new Set(starts).size > 1, 'so that a number from before a restart means nothing')
})
