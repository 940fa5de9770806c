import t from 'tap'
import type { Reads } from '../../../src/domain/store.js'
import { CommitRequest } from '../../../src/stores/valkey/commit-request.js'
import { PORTION, ReadRequest } from '../../../src/stores/valkey/read-request.js'
import { documentsIn, inOrder, StepReading } from '../../../src/stores/valkey/step-reads.js'
import { NOW, session } from '../../domain/examples.js'
import { endpoint } from '../../domain/notify-examples.js'
import { fieldOf, keyOf, partsOf, replyOf, token, world } from './request-examples.js'

t.test('what a step reads is found in the reply, and checked when it commits', async t => {
  const reads: Reads = {
    sessions: ['b', 'none', 'a'], endpoints: 'all', tokens: { of: 'ses_a' }, deliveries: { newest: { where: {}, offset: 0, limit: 1 } }
  }
  t.same(documentsIn(reads), ['sessions b', 'sessions none', 'sessions a'])
  const [reading, request] = [new StepReading(), new ReadRequest(world)]
  const take = reading.request(reads, request)
  t.equal(request.keys[0], keyOf('settings'), 'whose clock each read gets')
  const [a, b] = [session({ id: 'a' }), session({ id: 'b' })]
  const endpoints = ['x', 'y'].map(id => endpoint({ id }))
  take(replyOf(
    [fieldOf('sessions', b, 4), null, fieldOf('sessions', a, 3)],
    endpoints.map((document, index) => fieldOf('endpoints', document, 5, index)).reverse(),
    [1, 'last', [fieldOf('tokens', token('t'), 6)]]
  ))
  t.strictSame(reading.found(), { sessions: [b, undefined, a], endpoints, tokens: [token('t')] })
  t.same([reading.has('sessions', 'none'), reading.has('sessions', 'c'), reading.has('links', 'a')], [true, false, false])
  const commit = new CommitRequest(world)
  reading.check(commit)
  t.same(partsOf(commit), [
    ['check', keyOf('sessions'), '3', 'b', '4', 'none', '-', 'a', '3'],
    ['check', keyOf('endpoints'), '2', 'x', '5', 'y', '5'], ['size', keyOf('endpoints'), '2'],
    ['check', keyOf('tokens'), '1', 't', '6'], ['count', world.index('tokens'), '[of:ses_a\0', '(of:ses_a\u0001', '1'],
    ['go', 'v', '0', '0']
  ])
})

t.test('documents are in the order in which they were put, also if their places are beyond safe integers', async t => {
  const places: [id: string, revision: number, position: number][] = [['d', 999_999_999_999, 1], ['a', 9, 1], ['c', 999_999_999_999, 0], ['b', 10, 0]]
  const fields = places.map(([id, revision, position]) => fieldOf('sessions', session({ id }), revision, position))
  for (const values of [fields, [...fields].reverse()]) t.same(inOrder(values).map(({ document }) => document.id), ['a', 'b', 'c', 'd'])
})

t.test('documents that are read in addition are not handed to the step', async t => {
  const [reading, request] = [new StepReading(), new ReadRequest(world)]
  const takes = [reading.request({ sessions: ['a'] }, request), reading.requestMore('sessions', ['b'], request)]
  for (const take of takes) take(replyOf([fieldOf('sessions', session({ id: 'a' }))], [fieldOf('sessions', session({ id: 'b' }))]))
  t.same(reading.found(), { sessions: [session({ id: 'a' })] })
  t.ok(reading.has('sessions', 'b'))
})

t.test('many documents are read, checked and written in portions', async t => {
  const ids = Array.from({ length: 2 * PORTION + 1 }, (_, index) => `s${index}`)
  const request = new ReadRequest(world)
  const [valuesIn, lastIn] = [request.ids('sessions', ids), request.ids('sessions', ['last'])]
  t.same(request.args.filter((arg, index) => request.args[index - 2] === 'ids'), ['1000', '1000', '1', '1'])
  const portions = [ids.slice(0, PORTION), ids.slice(PORTION, 2 * PORTION), ids.slice(2 * PORTION)]
  t.same(valuesIn(replyOf(...portions, ['last'])), ids)
  t.same(lastIn(replyOf(...portions, ['last'])), ['last'])
  const commit = new CommitRequest(world)
  commit.check('sessions', ids.map(id => [id, undefined]))
  commit.write('sessions', { deletes: [], puts: ids.map(id => session({ id })) }, new Map(), undefined, NOW)
  const parts = partsOf(commit).filter(([kind]) => kind !== 'go')
  t.same(parts.map(([kind, , count]) => [kind, count]), [
    ...['1000', '1000', '1'].map(count => ['check', count]), ...['1000', '1000', '1'].map(count => ['put', count]),
    ...['1000', '1000', '1000', '1000', '2'].map(count => ['add', count])
  ])
  for (const [kind, , count, ...values] of parts) t.equal(values.length, Number(count) * (kind === 'put' ? 3 : 2))
})

t.test('a range is read from either end, and from a member on', async t => {
  const rangeOf = (options: Parameters<ReadRequest['range']>[2]) => {
    const request = new ReadRequest(world)
    const rangeIn = request.range('deliveries', 'all', options)
    t.same(rangeIn(replyOf([7, 'member', ['value', null]])), { total: 7, last: 'member', values: ['value', null] })
    return request.args.slice(3)
  }
  t.same(rangeOf({}), ['[all\0', '(all\u0001', '0', '-1', '0'])
  t.same(rangeOf({ offset: 2, limit: 3, backwards: true }), ['[all\0', '(all\u0001', '2', '3', '1'])
  t.same(rangeOf({ after: 'member' }), ['(member', '(all\u0001', '0', '-1', '0'])
  t.same(rangeOf({ after: 'member', backwards: true }), ['[all\0', '(member', '0', '-1', '1'])
})
