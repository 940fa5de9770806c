import assert from 'node:assert/strict'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import type { Session } from '../../src/index.js'
import { serve } from '../command/process.js'
import { allClosed, Connection } from '../connection.js'
import { heapInUse } from '../heap.js'
import { listen, stored } from '../helper.js'
import { checkResponse, keepUpdating, keyOf, numberOf, type Sent, updateBytes } from './load.js'

// PROOF_KEYS=1000000 fills the idempotency keys up to a million, twice.
const maxKeys = Number(process.env['PROOF_KEYS'] ?? 20_000)
t.setTimeout(60_000 + maxKeys)

const CLIENTS = 40
const ids = ['ses_pending', 'ses_capturing', 'ses_bare', 'ses_completed']
const idOf = (client: number) => String(ids[client % ids.length])

/** Clients that update as fast as they can, and some whose updates are delayed. `during` is called in the middle. */
async function underLoad (mock: FastifyInstance | number, together: number, during: () => unknown): Promise<Sent[]> {
  let number = 0
  const next = () => {
    if (++number === 3000) during()
    return number
  }
  const connections = await Promise.all(Array.from({ length: CLIENTS }, () => Connection.open(mock)))
  const waiting = await Promise.all(ids.map(() => Connection.open(mock)))
  waiting.forEach((connection, index) => connection.send(updateBytes(idOf(index), -1 - index, { delay: 60_000 })))
  await Promise.all(waiting.map(async connection => connection.began()))
  const late = waiting.map(async (connection, index) => {
    const response = await connection.response()
    return { done: response === undefined ? [] : [checkResponse(response, -1 - index)], cut: response === undefined ? [-1 - index] : [] }
  })
  const busy = connections.map((connection, index) => keepUpdating(connection, idOf(index), next, together))
  const sent = await Promise.all([...busy, ...late])
  for (const connection of [...connections, ...waiting]) assert.equal(await connection.rest(), '', 'no response is cut in two')
  return sent
}

t.test('after SIGTERM under full load every request gets a whole response or is cut, and the process ends with 0', async t => {
  for (const together of [1, 10]) {
    const mock = await serve(t, ['--log-level', 'fatal'])
    const sent = await underLoad(Number(mock.port), together, () => mock.child.kill('SIGTERM'))
    t.same(await mock.ended, { code: 0, signal: null })
    const done = sent.flatMap(({ done }) => done)
    t.ok(done.length > 2000, `${done.length} responses, ${sent.flatMap(({ cut }) => cut).length} cut`)
    t.ok(ids.every((_, index) => done.includes(-1 - index)), 'delayed requests are executed without delay')
  }
})

t.test('neither a delay that begins while the mock closes, nor a client that keeps its connection, keeps it open', async t => {
  const app = await listen(t)
  const connection = await Connection.open(app)
  const [head = '', body = ''] = updateBytes('ses_pending', 1, { delay: 60_000 }).split('\r\n\r\n')
  connection.send(`${head}\r\n\r\n`)
  await connection.began()
  const idle = await Connection.open(app)
  idle.send(updateBytes('ses_pending', 0))
  await idle.response()
  const closed = app.close()
  await idle.rest() // cut when the mock has begun to close, and ended all delays
  connection.send(body)
  checkResponse(await connection.response() ?? assert.fail('cut'), 1)
  await closed
  t.equal(numberOf(await stored(app, 'ses_pending')), 1)
})

t.test('a mock that was closed under full load has executed whole updates, and has the key of each that had one', async t => {
  for (const together of [1, 10]) {
    const app = await listen(t, { maxJournalEntries: 1_000_000, maxJournalBytes: Number.MAX_SAFE_INTEGER })
    const { store, journal } = app.workspaces.shared.world
    let closed: Promise<undefined> | undefined
    const sent = await underLoad(app, together, () => {
      closed = app.close()
    })
    await closed
    t.ok(ids.every((_, index) => sent.some(({ done }) => done.includes(-1 - index))), 'delayed requests are executed without delay')
    const changes = (await journal.list()).flatMap(({ events }) => events.map(({ after }) => numberOf(after)))
    const executed = new Set(changes)
    t.equal(executed.size, changes.length, 'no update was executed twice')
    t.same(sent.flatMap(({ done }) => done).filter(number => !executed.has(number)), [], 'an update with a response was executed')
    const keys = new Set((await store.list('idempotency')).map(({ key, result }) => {
      assert.equal(key, keyOf(numberOf(result.body as Session)))
      return key
    }))
    t.same(changes.filter(number => number > 0 && keyOf(number) !== undefined && !keys.has(String(keyOf(number)))), [], 'every key is kept')
    t.equal(keys.size, changes.filter(number => number > 0 && keyOf(number) !== undefined).length, 'and no other')
    for (const id of ids) t.ok(executed.has(numberOf(await stored(app, id))), `${id} is as one update made it`)
    t.comment(`${changes.length} executed, ${sent.flatMap(({ cut }) => cut).length} cut`)
  }
})

t.test(`of more than ${maxKeys} idempotency keys the oldest are evicted, and memory does not grow`, async t => {
  const app = await listen(t, { maxIdempotencyKeys: maxKeys, maxIdempotencyBytes: Number.MAX_SAFE_INTEGER, maxJournalEntries: 100 })
  const { store } = app.workspaces.shared.world
  const evicted = async () => store.evicted('idempotency')
  const connection = await Connection.open(app)
  /** Sends updates under different keys, fifty together. */
  const fill = async (from: number, to: number) => {
    for (let first = from; first < to; first += 50) {
      const numbers = Array.from({ length: Math.min(50, to - first) }, (_, index) => first + index)
      connection.send(numbers.map(number => updateBytes('ses_pending', number, { key: `k${number}` })).join(''))
      for (const number of numbers) checkResponse(await connection.response() ?? assert.fail('cut'), number)
    }
  }
  const sendAgain = async (number: number) => {
    connection.send(updateBytes('ses_pending', number, { key: `k${number}` }))
    const response = await connection.response()
    return response?.headers['idempotent-replayed'] === 'true' ? 'replayed' : 'executed'
  }
  await fill(0, maxKeys)
  t.equal(await evicted(), 0)
  t.equal(await sendAgain(0), 'replayed', 'none was evicted')
  const full = await heapInUse()
  await fill(maxKeys, maxKeys * 2)
  const again = await heapInUse()
  t.equal(await store.count('idempotency'), maxKeys)
  t.equal(await evicted(), maxKeys)
  t.equal(await sendAgain(maxKeys), 'replayed', 'the oldest that is kept')
  t.equal(await sendAgain(maxKeys * 2 - 1), 'replayed', 'the newest')
  t.equal(await sendAgain(maxKeys - 1), 'executed', 'the newest that was evicted')
  t.comment(`heap ${Math.round(full / 1e6)} MB with all keys, ${Math.round(again / 1e6)} MB after as many more`)
  t.ok(again - full < full * 0.1 + 8e6, 'no growth of memory')
  connection.hangUp()
})

t.test('clients that hang up in whatever phase leave nothing behind', async t => {
  const app = await listen(t)
  const responses: WeakRef<object>[] = []
  app.server.on('request', (_request, response) => responses.push(new WeakRef(response)))
  const metadata = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`m${index}`, 'x'.repeat(16_000)]))
  await app.inject({ method: 'POST', url: '/_mock/sessions', payload: { id: 'ses_large', metadata } })
  const bytes = updateBytes('ses_pending', 1)
  const whole = bytes.length
  const phases: [name: string, bytes: (client: number) => string, meanwhile?: (connection: Connection) => Promise<unknown>][] = [
    ['before anything is sent', () => ''],
    ['in the request line', () => bytes.slice(0, 10)],
    ['in the headers', () => bytes.slice(0, 100)],
    ['in the body', () => bytes.slice(0, whole - 5)],
    ['when all is sent', () => bytes],
    ['with many requests sent', () => bytes.repeat(100)],
    ['while a fault delays it', client => updateBytes('ses_pending', client, { delay: 5 })],
    ['while an equal request is delayed', () => updateBytes('ses_pending', 7, { key: 'the same', delay: 5 })],
    ['during a response of 16 MB', () => updateBytes('ses_large', 8), async connection => connection.began()],
    ['after the response', () => bytes, async connection => connection.response()],
    ['when the mock has cut it', () => bytes.replace('Host:', 'X-Mock-Fault: drop=after\r\nHost:'), async connection => connection.rest()]
  ]
  for (const [name, bytesOf, meanwhile] of phases) {
    for (const how of ['reset', 'end'] as const) {
      const connections = await Promise.all(Array.from({ length: 10 }, () => Connection.open(app)))
      connections.forEach((connection, client) => connection.send(bytesOf(client)))
      if (meanwhile !== undefined) await Promise.all(connections.map(meanwhile))
      for (const connection of connections) connection.hangUp(how)
      await allClosed(app)
      const next = await Connection.open(app)
      next.send(updateBytes('ses_pending', 9))
      t.equal(checkResponse(await next.response() ?? assert.fail('cut'), 9), 9, `${name}, ${how}: the next client gets its response`)
      next.hangUp()
    }
  }
  await allClosed(app)
  t.ok(numberOf(await stored(app, 'ses_pending')) >= 0)
  const replay = await Connection.open(app)
  replay.send(updateBytes('ses_pending', 7, { key: 'the same' }))
  t.match((await replay.response())?.headers, { 'idempotent-replayed': 'true' }, 'a key whose clients are all gone is not locked')
  replay.hangUp()
  await allClosed(app)
  const held = () => responses.filter(response => response.deref() !== undefined).length
  for (let tries = 0; held() > 0 && tries < 100; tries++) await heapInUse()
  t.equal(held(), 0, `none of ${responses.length} responses is held`)
})
