import { setImmediate as turn } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { Connection } from '../../../src/stores/valkey/connection.js'
import { workspaceKeys } from '../../../src/stores/valkey/layout.js'
import { script } from '../../../src/stores/valkey/scripts.js'
import type { Transport, TransportListener } from '../../../src/stores/valkey/transport.js'

// What a connection makes of the replies of an engine. test/long/connecting has tests with real ones.

const READONLY = 'READONLY You can\'t write against a read only replica.'

/** A transport that replies what the test says; to begin with, the name of the command. */
class FakeTransport implements Transport {
  reply: (command: readonly string[]) => unknown = nameOf
  readonly sent: (readonly string[])[] = []
  readonly channels: string[] = []
  connects = 0
  reconnects = 0
  destroyed = false

  async connect (): Promise<void> {
    this.connects++
  }

  async send (_key: string, args: readonly string[]): Promise<unknown> {
    this.sent.push(args)
    return this.reply(args)
  }

  async subscribe (channel: string): Promise<void> {
    this.channels.push(channel)
    throw new Error('Socket closed unexpectedly')
  }

  async unsubscribe (channel: string): Promise<void> {
    this.channels.splice(this.channels.indexOf(channel), 1)
    throw new Error('Socket closed unexpectedly')
  }

  async reconnect (): Promise<void> {
    this.reconnects++
  }

  destroy (): void {
    this.destroyed = true
  }
}

function nameOf ([name]: readonly string[]): unknown {
  return name
}

/** A connection that looks only when the test says so. */
function open (t: Test) {
  const { setInterval } = globalThis
  globalThis.setInterval = (callback: () => void) => setInterval(callback, 1 << 30)
  const transport = new FakeTransport()
  let listener: TransportListener | undefined
  const connection = new Connection(its => {
    listener = its
    return transport
  })
  globalThis.setInterval = setInterval
  t.teardown(() => connection.close())
  const events: string[] = []
  connection.whenAway(reason => events.push(reason))
  connection.whenReady(() => events.push('ready'))
  /** Looks, and waits for what comes of it. */
  const look = async () => {
    connection.look()
    await turn()
  }
  return { transport, connection, events, look, listener: listener as TransportListener }
}

/** A promise that the test resolves. */
function held () {
  let resolve: (value: string) => void = () => undefined
  const promise = new Promise<string>(its => {
    resolve = its
  })
  return { promise, resolve: (value: string) => resolve(value) }
}

function fail (message: string): () => never {
  return () => {
    throw new Error(message)
  }
}

t.test('a command gets its reply, over a transport that the connection opens and ends', async t => {
  const { transport, connection, events, listener } = open(t)
  await connection.open()
  t.equal(transport.connects, 1)
  t.equal(await connection.send('k', ['GET', 'k']), 'GET')
  listener.onReady()
  t.same(transport.sent, [['GET', 'k']], 'nothing else is sent, because it is not away')
  connection.close()
  connection.close()
  t.ok(transport.destroyed)
  await t.rejects(connection.send('k', ['GET', 'k']), { name: 'StoreAwayError', reason: 'the mock is being closed' })
  connection.look()
  t.same(transport.sent.length, 1)
  t.same(events, [])
})

t.test('an engine that does not know a script gets its text, and no script is sent again for another reason', async t => {
  const { transport, connection } = open(t)
  const { sha, text } = script('return 1')
  t.equal(await connection.run({ sha, text }, ['k'], ['a']), 'EVALSHA')
  transport.reply = ([name]) => name === 'EVAL' ? name : fail('NOSCRIPT No matching script.')()
  t.equal(await connection.run({ sha, text }, ['k'], ['a']), 'EVAL')
  t.same(transport.sent, [...Array<string[]>(2).fill(['EVALSHA', sha, '1', 'k', 'a']), ['EVAL', text, '1', 'k', 'a']])
  transport.reply = fail(READONLY)
  await t.rejects(connection.run({ sha, text }, ['k'], ['a']), { name: 'StoreAwayError' })
  t.equal(transport.sent.length, 4)
})

t.test('an engine that refuses a command is not away, and an error of the mock is not one of the store', async t => {
  const { transport, connection, events, look } = open(t)
  for (const reply of ['OOM command not allowed', 'MISCONF Redis is', 'NOREPLICAS Not enough', 'TRYAGAIN Multiple keys', 'NOPERM this user']) {
    transport.reply = fail(reply)
    await t.rejects(connection.send('k', ['SET', 'k', 'v']), { name: 'StoreAwayError', reason: reply })
    await look()
  }
  transport.reply = fail('WRONGTYPE Operation against a key')
  await t.rejects(connection.send('k', ['GET', 'k']), { name: 'Error', message: /^WRONGTYPE/ })
  transport.reply = () => {
    throw new TypeError('an argument is not a string')
  }
  await t.rejects(connection.send('k', ['GET', 'k']), TypeError)
  t.same(events, [])
  t.equal(transport.reconnects, 0)
})

t.test('an engine that is away is asked once a second, and by each new connection, until it is back', async t => {
  for (const reply of ['LOADING Redis is loading', 'BUSY Redis is busy', 'CLUSTERDOWN The cluster', 'MASTERDOWN Link with', 'NOAUTH Authentication', READONLY]) {
    const { transport, connection, events, look, listener } = open(t)
    transport.reply = fail(reply)
    await t.rejects(connection.send('k', ['GET', 'k']), { name: 'StoreAwayError', reason: reply })
    await t.rejects(connection.send('k', ['GET', 'k']), { name: 'StoreAwayError', reason: reply })
    t.equal(transport.sent.length, 1, 'only the first one is sent')
    t.equal(transport.reconnects, 0)
    for (const times of [1, 2, 3]) {
      await look()
      t.equal(transport.reconnects, times, 'one connection for each look')
      listener.onReady()
      await turn()
      t.equal(transport.reconnects, times)
    }
    t.same(events, [reply], 'and it is away only once')
    t.ok(connection.isAway)
    t.equal(connection.lastError, reply)
    transport.reply = nameOf
    listener.onReady()
    listener.onReady()
    await turn()
    t.same(events, [reply, 'ready'])
    t.equal(await connection.send('k', ['GET', 'k']), 'GET')
    await look()
    t.equal(transport.reconnects, 3)
  }
})

t.test('a probe is a write that changes nothing', async t => {
  const { transport, look } = open(t)
  await look()
  t.same(transport.sent, [['PERSIST', workspaceKeys('').present]])
})

t.test('a replica lets read what was sent before, and is away nevertheless', async t => {
  const { transport, connection, events, look } = open(t)
  const { promise, resolve } = held()
  transport.reply = async () => promise
  const read = connection.send('k', ['GET', 'k'])
  transport.reply = fail(READONLY)
  await t.rejects(connection.send('k', ['SET', 'k', 'v']))
  resolve('v')
  t.equal(await read, 'v')
  await look()
  t.same(events, [READONLY])
})

t.test('a new connection waits for the replies of what was sent before', async t => {
  const { transport, connection, look } = open(t)
  const [probe, other] = [held(), held()]
  transport.reply = async ([name]) => {
    if (name !== 'PERSIST') return other.promise
    await probe.promise
    throw new Error(READONLY)
  }
  connection.look()
  const read = connection.send('k', ['GET', 'k'])
  probe.resolve('')
  await turn()
  t.equal(transport.reconnects, 0)
  other.resolve('v')
  t.equal(await read, 'v')
  await look()
  t.equal(transport.reconnects, 1)
})

t.test('one that refuses the probe is back, too', async t => {
  const { transport, connection, events, look } = open(t)
  transport.reply = fail(READONLY)
  await look()
  transport.reply = fail('NOREPLICAS Not enough good replicas to write.')
  await look()
  t.same(events, [READONLY, 'ready'])
  t.notOk(connection.isAway)
})

t.test('the reason is that of the broken connection, and then what the engine says', async t => {
  const { transport, connection, events, look, listener } = open(t)
  t.equal(connection.lastError, 'no reply')
  listener.onError(new Error('connect ECONNREFUSED 127.0.0.1:6379'))
  t.equal(connection.lastError, 'connect ECONNREFUSED 127.0.0.1:6379')
  listener.onError(new Error(''))
  t.equal(connection.lastError, 'it cannot be reached')
  transport.reply = () => {
    throw Object.assign(new Error('ECONNRESET'), { code: 'ECONNRESET' })
  }
  await t.rejects(connection.send('k', ['GET', 'k']), { name: 'StoreAwayError', reason: 'ECONNRESET' })
  transport.reply = fail(READONLY)
  await look()
  await t.rejects(connection.send('k', ['GET', 'k']), { name: 'StoreAwayError', reason: READONLY })
  t.same(events, ['ECONNRESET'])
})

t.test('an engine that does not answer is away after some looks, until it answers a probe', async t => {
  const { transport, connection, events, look } = open(t)
  const { promise, resolve } = held()
  transport.reply = async () => promise
  const waiting = t.rejects(connection.send('k', ['GET', 'k']), { name: 'StoreAwayError', reason: 'it does not answer' })
  for (let looks = 0; looks < 2; looks++) await look()
  t.same(events, [])
  await look()
  t.same(events, ['it does not answer'])
  await waiting
  resolve('too late')
  await turn()
  transport.reply = nameOf
  await look()
  t.same(events, ['it does not answer', 'ready'])
  transport.reply = fail('Disconnects client')
  const late = connection.send('k', ['GET', 'k'])
  connection.close()
  await t.rejects(late, { name: 'StoreAwayError' })
  t.equal(events.length, 2, 'a connection that is closed is not away')
})

t.test('subscriptions are made again when the engine is back, and their listeners hear that messages may be lost', async t => {
  const { transport, connection, look, listener } = open(t)
  const heard: unknown[] = []
  const end = connection.subscribe('a', message => heard.push(message))
  const endOther = connection.subscribe('b', () => undefined)
  t.same(transport.channels, ['a', 'b'])
  listener.onMissed()
  t.same(heard, [undefined])
  endOther()
  transport.reply = fail(READONLY)
  await look()
  transport.reply = nameOf
  await look()
  t.same(heard, [undefined, undefined])
  t.same(transport.channels, ['a', 'a'])
  connection.close()
  end()
  connection.subscribe('c', () => undefined)
  t.same(transport.channels, ['a', 'a'], 'nothing is sent after the end')
})
