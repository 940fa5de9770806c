import t from 'tap'
import type { Collection, Documents } from '../../../src/domain/store.js'
import { CommitRequest, type Writes, writesOf } from '../../../src/stores/valkey/commit-request.js'
import { valueOf } from '../../../src/stores/valkey/layout.js'
import { inOrder, StepReading } from '../../../src/stores/valkey/step-reads.js'
import { clockAt, dueItem, NOW, record, session } from '../../domain/examples.js'
import { fieldOf, keyOf, partsOf, token, world } from './request-examples.js'

/** Writes to one collection, after a step that has read nothing but these documents. */
function written<C extends Collection> (collection: C, writes: Partial<Writes>, ...before: Documents[C][]): CommitRequest {
  const reading = new StepReading()
  reading.add(collection, [], [])
  for (const stored of inOrder(before.map((document, index) => fieldOf(collection, document, 1, index)))) {
    reading.documents(collection).set(stored.document.id, stored)
  }
  const commit = new CommitRequest(world)
  commit.write(collection, { deletes: [], puts: [], ...writes }, reading.documents(collection), undefined, NOW)
  return commit
}

t.test('a commit writes what has changed, with its index entries', async t => {
  const [before, after] = [dueItem('d', 1), dueItem('d', 2)]
  const memberOf = (item: typeof before) => partsOf(written('due', { puts: [item] })).find(([kind]) => kind === 'add')?.[3]
  const [memberBefore, memberAfter] = [memberOf(before), memberOf(after)]
  t.same(partsOf(written('due', { puts: [after] }, before)), [
    ['go', 'v', '1', '0'], ['remove', world.index('due'), '1', memberBefore],
    ['put', keyOf('due'), '1', 'd', '000000000001000000', valueOf('due', after)], ['add', world.index('due'), '1', memberAfter, '']
  ])
  t.same(partsOf(written('due', { deletes: ['d', 'none'] }, before)), [
    ['go', 'v', '1', '0'], ['delete', keyOf('due'), '1', 'd'], ['remove', world.index('due'), '1', memberBefore]
  ])
  t.same(partsOf(written('due', { deletes: ['d'], puts: [before] }, before)), [
    ['go', 'v', '1', '0'], ['remove', world.index('due'), '1', memberBefore], ['put', keyOf('due'), '1', 'd', '+000000', valueOf('due', before)],
    ['add', world.index('due'), '1', memberBefore, '']
  ], 'a document that is deleted and put gets a new place')
  t.same(partsOf(written('tokens', { puts: [token('s'), token('t'), token('t')] })).at(-1),
    ['add', world.index('tokens'), '2', 'of:ses_a\0', '000000\0s', 'of:ses_a\0', '000001\0t'])
  t.equal(written('due', { deletes: ['none'] }).changed.size, 0)
  const [a, b, c] = [dueItem('a', 1), dueItem('b', 1), dueItem('c', 1)]
  t.same([...written('due', { deletes: ['a', 'b', 'c'], puts: [before] }, a, b, c).changed], ['due'], 'however much it deletes and puts')
})

t.test('an index entry that stays is not written again', async t => {
  const parts = partsOf(written('sessions', { puts: [session({ status: 'capturing' })] }, session()))
  const namesIn = (kind: string) => parts.filter(part => part[0] === kind).flatMap(part => part).filter(text => text.includes('\0'))
    .map(member => member.split('\0')[0])
  t.same([namesIn('remove'), namesIn('add')], [['status:sandbox:pending'], ['status:sandbox:capturing']])
})

t.test('a document that stays the same object is not written', async t => {
  const stored = inOrder([fieldOf('sessions', session())])
  const commit = new CommitRequest(world)
  commit.write('sessions', { deletes: [], puts: stored.map(({ document }) => document) }, new Map(stored.map(one => [one.document.id, one])), undefined, NOW)
  t.equal(commit.changed.size, 0)
})

t.test('a commit sends how much a bounded collection has grown', async t => {
  const [one, other] = [{ ...record('a'), bytes: 10 }, { ...record('b'), bytes: 7 }]
  const commit = new CommitRequest(world)
  const stored = inOrder([fieldOf('idempotency', one), fieldOf('idempotency', other, 2)])
  const read = new Map(stored.map(one => [one.document.id, one]))
  commit.write('idempotency', { deletes: [other.id], puts: [{ ...one, bytes: 15 }, { ...record('c'), bytes: 4 }] }, read, { max: 3, maxBytes: 100 }, NOW)
  commit.wake('me')
  const [, index] = [keyOf('idempotency'), String(commit.keys.indexOf(world.index('idempotency')) + 1)]
  t.same(partsOf(commit).slice(-2), [
    ['bound', keyOf('idempotency'), index, 'idempotency', '3', '100', String(15 - 10 + 4 - 7), String(NOW)], ['wake', world.wake, 'me']
  ])
})

t.test('a commit increases the revisions of the collections that it changes', async t => {
  const goOf = <C extends Collection>(collection: C, document: Documents[C]) =>
    partsOf(written(collection, { puts: [document] })).find(([kind]) => kind === 'go')?.slice(2)
  t.same(goOf('sessions', session()), ['1', '0'])
  t.same(goOf('settings', clockAt(NOW)), ['0', '1'])
  t.same(goOf('rates', { id: 'r', limit: 1, remaining: 1, endsAt: 1 }), ['0', '0'])
})

t.test('the writes of a step leave out collections without documents', async t => {
  const changes = { puts: { sessions: [session()], due: [] }, deletes: { due: [], tokens: ['t'] } }
  t.same([...writesOf(changes)], [['tokens', { deletes: ['t'], puts: [] }], ['sessions', { deletes: [], puts: [session()] }]])
  t.equal(writesOf({}).size, 0)
})

t.test('a step that has not just read its documents checks that no other process has requested its turn', async t => {
  const commit = new CommitRequest(world)
  commit.checkTurn()
  t.same(commit.args('v'), ['turn', 'go', 'v', '0', '0'])
})
