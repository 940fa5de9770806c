import { once } from 'node:events'
import { connect } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import { createClient } from '@redis/client'
import t, { type Test } from 'tap'
import { startCluster } from './cluster.js'
import { type CuttingProxy, startCuttingProxy } from './cutting-proxy.js'
import { startEngine } from './engine.js'
import { RespFrames } from './resp-frames.js'
import { until } from './until.js'

// The tests of what the other tests start: engines, and a network that can be cut.

/** A client that connects once, and fails at once when its connection is lost. */
async function openClient (t: Test, url: string, RESP: 2 | 3 = 3) {
  const client = createClient({ url, RESP, disableOfflineQueue: true, socket: { reconnectStrategy: false } })
  client.on('error', () => undefined)
  t.teardown(() => {
    if (client.isOpen) client.destroy()
  })
  await client.connect()
  return client
}

/** A connection on which nothing but the test sends. */
function openSocket (t: Test, { url }: CuttingProxy) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  t.teardown(() => socket.destroy())
  socket.on('error', () => undefined)
  let received = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    received += chunk
  })
  return { socket, received: () => received, closed: once(socket, 'close') }
}

t.test('an engine keeps what it has written to disk, also when it is killed', async t => {
  const [kept, forgetful] = [await startEngine(t, { aof: true }), await startEngine(t)]
  for (const engine of [kept, forgetful]) {
    t.equal(await engine.command('SET', 'a', '1'), 'OK')
    await engine.kill()
    await t.rejects(engine.command('PING'))
    await engine.restart()
  }
  t.same([await kept.command('GET', 'a'), await forgetful.command('GET', 'a')], ['1', null])
  await kept.command('SET', 'a', '2')
  await kept.stop()
  await kept.restart()
  t.equal(await kept.command('GET', 'a'), '2')
})

t.test('a paused engine replies when it goes on', async t => {
  const [engine, other] = [await startEngine(t), await startEngine(t)]
  engine.pause()
  let replied = false
  const reply = engine.command('PING').then(() => {
    replied = true
  })
  await other.command('PING')
  t.notOk(replied)
  engine.resume()
  await reply
})

t.test('an engine with a password', async t => {
  const engine = await startEngine(t, { password: 'hunter2' })
  t.match(engine.url, /^redis:\/\/:hunter2@127\.0\.0\.1:\d+$/)
  t.equal(await engine.command('PING'), 'PONG')
  await t.rejects(openClient(t, engine.url.replace('hunter2', 'wrong')), /WRONGPASS/)
})

t.test('three engines form a cluster, which forms again after a restart', async t => {
  const cluster = await startCluster(t, { aof: true })
  const keys = ['{a}', '{b}', '{c}', '{d}', '{e}', '{f}']
  for (const key of keys) t.equal(await cluster.command('SET', key, key), 'OK')
  const sizes = async () => Promise.all(cluster.nodes.map(async node => Number(await node.command('DBSIZE'))))
  t.equal((await sizes()).reduce((sum, size) => sum + size), keys.length)
  t.ok((await sizes()).filter(size => size > 0).length > 1, 'on several nodes')
  await cluster.kill()
  await cluster.restart()
  for (const key of keys) t.equal(await cluster.command('GET', key), key)
})

t.test('frames are the same wherever their bytes are cut', async t => {
  const frames = [
    '+OK\r\n', '-ERR no\r\n', ':-1\r\n', '$5\r\na\r\nbc\r\n', '$0\r\n\r\n', '$-1\r\n', '*-1\r\n', '*0\r\n', '*2\r\n*1\r\n:1\r\n$1\r\nx\r\n',
    '_\r\n', ',1.5\r\n', '#t\r\n', '(123\r\n', '=7\r\ntxt:a\r\n\r\n', '%1\r\n+a\r\n*1\r\n:1\r\n', '~2\r\n:1\r\n:2\r\n', '>2\r\n+message\r\n+a\r\n', '|1\r\n+a\r\n:1\r\n:2\r\n', '!3\r\nERR\r\n'
  ]
  const bytes = Buffer.from(frames.join(''))
  const cut = (length: number) => {
    const parts = new RespFrames()
    const starts = Array.from({ length: Math.ceil(bytes.length / length) }, (_, index) => index * length)
    const chunks = starts.map(start => bytes.subarray(start, start + length))
    return chunks.flatMap(chunk => parts.take(chunk)).map(String)
  }
  const lengths = Array.from({ length: bytes.length }, (_, index) => index + 1)
  t.same(lengths.filter(length => !isDeepStrictEqual(cut(length), frames)), [])
})

t.test('the proxy counts commands and replies, and no messages', async t => {
  const engine = await startEngine(t)
  for (const version of [2, 3] as const) {
    const proxy = await startCuttingProxy(t, engine)
    const client = await openClient(t, proxy.url, version)
    const subscriber = await openClient(t, proxy.url, version)
    const messages: string[] = []
    await subscriber.subscribe('news', message => messages.push(message))
    const { commands, replies } = proxy
    await Promise.all(Array.from({ length: 100 }, (_, index) => client.set('a', 'x'.repeat(index * 1_000))))
    for (const text of ['a', 'b']) await engine.command('PUBLISH', 'news', text)
    await until('the messages have come', () => messages.length === 2)
    t.equal((await client.get('a'))?.length, 99_000)
    t.same([proxy.commands - commands, proxy.replies - replies], [101, 101], `RESP${version}`)
  }
})

t.test('a connection is cut after a number of replies: the next command is executed, and its reply is lost', async t => {
  const engine = await startEngine(t)
  const proxy = await startCuttingProxy(t, engine)
  for (let count = 0; count < 4; count++) {
    await engine.command('DEL', 'n')
    const { socket, received, closed } = openSocket(t, proxy)
    proxy.cutAfterReplies(count)
    for (let sent = 0; sent <= count; sent++) {
      socket.write('*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n')
      if (sent < count) await once(socket, 'data')
    }
    await closed
    t.equal(received(), Array.from({ length: count }, (_, index) => `:${index + 1}\r\n`).join(''))
    t.equal(await engine.command('GET', 'n'), String(count + 1))
    t.equal(proxy.cuts, count + 1)
  }
  const client = await openClient(t, proxy.url)
  t.equal(await client.ping(), 'PONG', 'later connections work')
})

t.test('a connection is cut before a command, which is not executed', async t => {
  const engine = await startEngine(t)
  const proxy = await startCuttingProxy(t, engine)
  for (let count = 1; count < 4; count++) {
    await engine.command('DEL', 'n')
    const { socket, closed } = openSocket(t, proxy)
    proxy.cutBeforeCommand(count)
    socket.write('*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n'.repeat(4))
    await closed
    t.equal(Number(await engine.command('GET', 'n') ?? 0), count - 1)
  }
})

t.test('a proxy that is disarmed cuts nothing, and one that refuses cuts everything', async t => {
  const proxy = await startCuttingProxy(t, await startEngine(t))
  const client = await openClient(t, proxy.url)
  proxy.cutAfterReplies(0)
  proxy.disarm()
  t.equal(await client.ping(), 'PONG')
  proxy.refuse(true)
  await t.rejects((async () => {
    for (;;) await client.ping()
  })())
  await t.rejects(openClient(t, proxy.url))
  proxy.refuse(false)
  t.equal(await (await openClient(t, proxy.url)).ping(), 'PONG')
})

t.test('a cut closes the connection of the mock as a lost network does: commands in flight reject', async t => {
  const engine = await startEngine(t)
  const proxy = await startCuttingProxy(t, engine)
  const client = await openClient(t, proxy.url)
  proxy.cutAfterReplies(1)
  const replies = await Promise.allSettled([client.incr('n'), client.incr('n'), client.incr('n')])
  t.same(replies.map(({ status }) => status), ['fulfilled', 'rejected', 'rejected'])
  t.equal(await engine.command('GET', 'n'), '3')
})
