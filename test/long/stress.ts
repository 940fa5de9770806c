import assert from 'node:assert/strict'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import type { StoredSession } from '../src/sessions/stored-session.js'
import { serve } from './command/process.js'
import { allClosed, Connection } from './connection.js'
import { heapInUse } from './heap.js'
import { startApp, stored } from './helper.js'
import { checkResponse, keepUpdating, keyOf, numberOf, type Sent, updateBytes } from './load.js'

// PROOF_KEYS=1000000 fills the idempotency keys up to a million, and does it again.
const maxKeys = Number(process.env['PROOF_KEYS'] ?? 20_000)
t.setTimeout(60_000 + maxKeys)

const CLIENTS = 40
const ids = ['ses_pending', 'ses_capturing', 'ses_bare', 'ses_completed']
const idOf = (client: number) => String(ids[client % ids.length])

/** Clients that update as fast as they can, and some whose updates wait; `during` is called when so many have been answered. */
async function underLoad (mock: FastifyInstance | number, together: number, during: () => void): Promise<Sent[]> {
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
    const answer = await connection.response()
    return { answered: answer === undefined ? [] : [checkResponse(answer, -1 - index)], cut: answer === undefined ? [-1 - index] : [] }
  })
  const busy = connections.map((connection, index) => keepUpdating(connection, idOf(index), next, together))
  const sent = await Promise.all([...busy, ...late])
  for (const connection of [...connections, ...waiting]) assert.equal(await connection.rest(), '', 'no answer is cut in two')
  return sent
}

t.test('SIGTERM under full load: what was accepted is answered or cut, as a whole, and the mock ends with 0 within a second', async t => {
  for (const together of [1, 10]) {
    const mock = await serve(t, ['--log-level', 'fatal'])
    let began = NaN
    const sent = await underLoad(Number(mock.port), together, () => {
      began = performance.now()
      mock.child.kill('SIGTERM')
    })
    t.same(await mock.ended, { code: 0, signal: null })
    const ended = performance.now() - began
    const answered = sent.flatMap(({ answered }) => answered)
    t.ok(ended < 2000, `within two seconds, with two processes on one core: ${Math.round(ended)} ms`)
    t.ok(answered.length > 2000, `${answered.length} answered, ${sent.flatMap(({ cut }) => cut).length} cut`)
    t.ok(ids.every((_, index) => answered.includes(-1 - index)), 'what waits for a delay is answered at once')
  }
})

t.test('a mock that closes is held neither by a delay that begins then, nor by a client that keeps its connection', async t => {
  const app = startApp(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const connection = await Connection.open(app)
  const [head = '', body = ''] = updateBytes('ses_pending', 1, { delay: 60_000 }).split('\r\n\r\n')
  connection.send(`${head}\r\n\r\n`)
  await connection.began()
  const idle = await Connection.open(app)
  idle.send(updateBytes('ses_pending', 0))
  await idle.response()
  const closed = app.close()
  await idle.rest() // it is cut when the mock has begun to close, and has let go who waits
  connection.send(body)
  checkResponse(await connection.response() ?? assert.fail('cut'), 1)
  await closed
  t.equal(numberOf(stored(app, 'ses_pending')), 1, 'it is carried out')
})

t.test('closed under full load, a mock has carried out whole updates, and knows the key of each that had one', async t => {
  for (const together of [1, 10]) {
    const app = startApp(t, { maxJournalEntries: 1_000_000, maxJournalBytes: Number.MAX_SAFE_INTEGER })
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { store, journal } = app.workspaces.shared
    let closed: Promise<undefined> | undefined
    const sent = await underLoad(app, together, () => {
      closed = app.close()
    })
    await closed
    t.ok(ids.every((_, index) => sent.some(({ answered }) => answered.includes(-1 - index))), 'what waits for a delay is answered at once')
    const changes = journal.all().flatMap(({ change }) => change === undefined ? [] : [numberOf(change.after.toJSON())])
    const done = new Set(changes)
    t.equal(done.size, changes.length, 'none was carried out twice')
    t.same(sent.flatMap(({ answered }) => answered).filter(number => !done.has(number)), [], 'what was answered was carried out')
    const keys = new Set(store.idempotencyRecords().map(({ key, result }) => {
      assert.equal(key, keyOf(numberOf((result.body as StoredSession).toJSON())))
      return key
    }))
    t.same(changes.filter(number => number > 0 && keyOf(number) !== undefined && !keys.has(String(keyOf(number)))), [], 'keys are kept')
    t.equal(keys.size, changes.filter(number => number > 0 && keyOf(number) !== undefined).length, 'and none of what was not carried out')
    for (const id of ids) t.ok(done.has(numberOf(stored(app, id))), `${id} is what one update made of it`)
    t.comment(`${changes.length} carried out, ${sent.flatMap(({ cut }) => cut).length} cut`)
  }
})

t.test(`${maxKeys} idempotency keys are kept, and no more: the oldest go, the newest stay, memory is flat`, async t => {
  const app = startApp(t, { maxIdempotencyKeys: maxKeys, maxJournalEntries: 100 })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { store } = app.workspaces.shared
  const connection = await Connection.open(app)
  /** Sends updates under keys of their own, fifty at once. */
  const fill = async (from: number, to: number) => {
    for (let first = from; first < to; first += 50) {
      const numbers = Array.from({ length: Math.min(50, to - first) }, (_, index) => first + index)
      connection.send(numbers.map(number => updateBytes('ses_pending', number, { key: `k${number}` })).join(''))
      for (const number of numbers) checkResponse(await connection.response() ?? assert.fail('cut'), number)
    }
  }
  const once = async (number: number) => {
    connection.send(updateBytes('ses_pending', number, { key: `k${number}` }))
    const answer = await connection.response()
    return answer?.headers['idempotent-replayed'] === 'true' ? 'replayed' : 'carried out'
  }
  await fill(0, maxKeys)
  t.equal(store.evictedIdempotencyKeys, 0)
  t.equal(await once(0), 'replayed', 'all that were sent are kept')
  const full = await heapInUse()
  await fill(maxKeys, maxKeys * 2)
  const again = await heapInUse()
  t.equal(store.idempotencyRecords().length, maxKeys)
  t.equal(store.evictedIdempotencyKeys, maxKeys)
  t.equal(await once(maxKeys), 'replayed', 'the oldest that is kept')
  t.equal(await once(maxKeys * 2 - 1), 'replayed', 'the newest')
  t.equal(await once(maxKeys - 1), 'carried out', 'the newest that is gone')
  t.comment(`heap ${Math.round(full / 1e6)} MB with all keys, ${Math.round(again / 1e6)} MB after as many more`)
  t.ok(again - full < full * 0.1 + 8e6, 'no growth of memory')
  connection.hangUp()
})

t.test('clients that hang up, in each phase, leave nothing behind', async t => {
  const app = startApp(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
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
    ['while an equal request is at work', () => updateBytes('ses_pending', 7, { key: 'the same', delay: 5 })],
    ['during an answer of 16 MB', () => updateBytes('ses_large', 8), async connection => connection.began()],
    ['after the answer', () => bytes, async connection => connection.response()],
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
      t.equal(checkResponse(await next.response() ?? assert.fail('cut'), 9), 9, `${name}, ${how}: the next client is answered`)
      next.hangUp()
    }
  }
  await allClosed(app)
  t.doesNotThrow(() => numberOf(stored(app, 'ses_pending')))
  const replay = await Connection.open(app)
  replay.send(updateBytes('ses_pending', 7, { key: 'the same' }))
  t.match((await replay.response())?.headers, { 'idempotent-replayed': 'true' }, 'a key whose clients are all gone is not held')
  replay.hangUp()
  await allClosed(app)
  const held = () => responses.filter(response => response.deref() !== undefined).length
  for (let tries = 0; held() > 0 && tries < 100; tries++) await heapInUse()
  t.equal(held(), 0, `of ${responses.length} requests nothing is held`)
})
