import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { timestamp } from '../../../src/contract/time.js'
import { IDEMPOTENCY_WINDOW } from '../../../src/domain/idempotency/record.js'
import { simulatedResult } from '../../../src/domain/sessions/simulated-result.js'
import type { Collection, Documents } from '../../../src/domain/store.js'
import {
  collections, encodeText, indexEntriesOf, indexNames, isBounded, memberOf, parseStored, positionOf, rangeOf, SCHEMA_KEY, SCHEMA_VERSION,
  sortableNumber, valueOf, workspaceKeys, WorldKeys
} from '../../../src/stores/valkey/layout.js'
import { dueItem, NOW, record, session } from '../../domain/examples.js'
import { delivery } from '../../domain/notify-examples.js'

/** The order of a sorted set whose scores are equal. */
const compare = (one: string, other: string) => Math.sign(Buffer.compare(Buffer.from(one), Buffer.from(other)))

/** Any text, also such as no UTF-8 has. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom('\0', '\u0001', '\u0002', '0000', '0001', 'd83d', '\uD83D', '\uDE00', '😀', 'é', '\uFFFF'), { maxLength: 6 })
    .map(parts => parts.join(''))
)

t.test('numbers sort as text as they do as numbers', async t => {
  const edge = fc.constantFrom(0, 1, 0.5, NOW, 2 ** 53, Number.MAX_VALUE, Number.MIN_VALUE, Infinity)
  const number = fc.oneof(edge, edge.map(number => -number), fc.double({ noNaN: true }), fc.integer())
  const order = (one: number, other: number) => one === other ? 0 : one < other ? -1 : 1
  fc.assert(fc.property(number, number, (one, other) => compare(sortableNumber(one), sortableNumber(other)) === order(one, other)))
  t.equal(sortableNumber(-0), sortableNumber(0))
})

t.test('an encoded text is UTF-8 without NUL, and no two texts are encoded alike', async t => {
  fc.assert(fc.property(text, text, (one, other) => {
    const encoded = encodeText(one)
    return Buffer.from(encoded).toString() === encoded && !encoded.includes('\0') && (encoded === encodeText(other)) === (one === other)
  }))
  for (const plain of ['', 'ses_a', 'ä😀', 'a b:c']) t.equal(encodeText(plain), plain)
})

t.test('an ID is found in its member of an index, and a range has the members with its name and no others', async () => {
  fc.assert(fc.property(text, text, text, (owner, other, id) => {
    const member = memberOf({ name: indexNames.of(owner) }, `${'1'.padStart(12, '0')}${positionOf(0)}`, id)
    const { min, max } = rangeOf(indexNames.of(other))
    const isInRange = compare(member, min.slice(1)) >= 0 && compare(member, max.slice(1)) < 0
    return member.split('\0').slice(2).join('\0') === encodeText(id) && isInRange === (owner === other)
  }))
})

t.test('a value is read as it was written', async () => {
  fc.assert(fc.property(fc.jsonValue(), fc.nat(), (metadata, version) => {
    const document = session({ metadata: { metadata } })
    const stored = parseStored(`${version} 000000000001000000 ${valueOf('sessions', document)}`)
    const read = JSON.parse(JSON.stringify(document)) as unknown
    assert.deepEqual(stored, { version: String(version), created: '000000000001000000', bytes: 0, document: read })
  }))
})

t.test('the value of a bounded document has its size and when it expires', async t => {
  const partsOf = <C extends Collection>(collection: C, document: Documents[C]) => valueOf(collection, document).split(' ').slice(0, 2)
  t.same(partsOf('idempotency', { ...record('a'), bytes: 12.6 }), ['13', String(NOW + IDEMPOTENCY_WINDOW)])
  t.same(partsOf('deliveries', delivery({ bytes: 7 })), ['7', '-'])
  t.same(partsOf('rates', { id: 'r', limit: 1, remaining: 1, endsAt: NOW }), ['0', String(NOW)])
  t.same(partsOf('sessions', session()), ['0', '-'])
  t.same(collections.filter(isBounded), ['deliveries', 'idempotency', 'rates'])
})

t.test('a document has the index entries of its collection', async t => {
  const names = <C extends Collection>(collection: C, document: Documents[C]) =>
    indexEntriesOf(collection, document).map(({ name }) => name)
  t.same(names('sessions', session({ external_ref: 'a\0' })), ['environment:sandbox', 'status:sandbox:pending', 'reference:sandbox:a\u00010000'])
  t.same(names('sessions', session({ is_sandbox: false })), ['environment:live', 'status:live:pending'])
  t.same(names('results', { id: 'ses_a', result: simulatedResult(session(), 'approved', NOW) }), ['environment:sandbox', 'status:sandbox:approved'])
  t.same(names('tokens', { id: 't', session_id: 'ses_a', link_id: null }), ['of:ses_a'])
  t.same(names('due', dueItem('d', NOW)), ['time'])
  for (const name of ['deliveries', 'idempotency', 'rates'] as const) t.same(names(name, {} as Documents[typeof name]), ['all'])
  t.same(names('links', {} as Documents['links']), [])
})

t.test('the schema and where its version is', async t => {
  t.same([SCHEMA_KEY, SCHEMA_VERSION], ['verifa-mock:schema', '1'], 'data in a store says so: change the version together with the layout')
})

t.test('newer sessions come first', async t => {
  const sortOf = (time: number) => indexEntriesOf('sessions', session({ created_at: timestamp(time) }))[0]?.sort ?? ''
  const [newest, newer, older, oldest] = [sortOf(NOW + 1), sortOf(NOW), sortOf(0), sortOf(-NOW)]
  t.equal(new Set([newest, newer, older, oldest]).size, 4)
  t.same([newest, newer, older, oldest].sort(compare), [newest, newer, older, oldest])
})

t.test('all keys of a workspace have one hash tag, and those of two worlds are different', async t => {
  const [one, other] = [new WorldKeys('abc', 1), new WorldKeys('abc', 2)]
  const keys = [...Object.values(workspaceKeys('abc')), ...one.all(), ...other.all(), one.wake, one.copy('sessions', 'x'), one.copy('sessions', 'y')]
  for (const key of keys) t.match(key, /^\{verifa-mock:abc\}:/)
  t.equal(new Set(keys).size, keys.length)
  t.equal(one.all().length, 3 + 2 * collections.length)
  t.same(Object.keys(workspaceKeys('abc')), ['present', 'generations'])
})
