import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { connectStore } from '../../../src/stores/valkey/connect.js'
import { startCluster } from '../cluster.js'
import { type Engine, startEngine } from '../engine.js'
import { startFakeEngine, startSilentServer } from './servers.js'
import { startTlsEngine } from './tls-engine.js'

// Why a store cannot be used. These tests connect in their own process and are impatient: a start waits longer.

const PASSWORD = 'hunter2'

async function connect (t: Test, url: string, patience = 1_000): Promise<string[]> {
  const warnings: string[] = []
  const connection = await connectStore(url, { warn: text => warnings.push(text), patience })
  t.teardown(() => connection.close())
  return warnings
}

/** Checks that a store is refused with one sentence. */
async function checkRefused (t: Test, url: string, message: RegExp): Promise<void> {
  const error = await connect(t, url).then(() => new Error('it is used'), (error: unknown) => error as Error)
  t.equal(error.name, 'StoreError', url)
  t.match(error.message, message)
  t.match(error.message, /^The store \S+ [^\n]*[^\n.]\.$/)
  t.notMatch(error.message, PASSWORD)
}

t.test('a wrong password, user or database', async t => {
  const engine = await startEngine(t, { password: PASSWORD })
  await engine.command('ACL', 'SETUSER', 'mock', 'on', `>${PASSWORD}`, '~*', '&*', '+@all')
  const host = `127.0.0.1:${engine.port}`
  await Promise.all([
    checkRefused(t, `redis://:${PASSWORD}2@${host}`, /WRONGPASS/),
    checkRefused(t, `redis://mock:${PASSWORD}2@${host}/2`, new RegExp(`^The store redis://mock@${host}/2 cannot be used: WRONGPASS`)),
    checkRefused(t, `redis://nobody:${PASSWORD}@${host}`, /WRONGPASS/),
    checkRefused(t, `redis://:${PASSWORD}@${host}/99`, /DB index is out of range/)
  ])
  t.same(await connect(t, `redis://:${PASSWORD}@${host}/2`), [])
  t.same(await connect(t, `valkey://mock:${PASSWORD}@${host}/3`), [])
})

t.test('a server that is no engine', async t => {
  const http = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1')
  await once(http, 'listening')
  t.teardown(() => http.close())
  await Promise.all([
    checkRefused(t, `redis://127.0.0.1:${(http.address() as AddressInfo).port}`, /Unknown RESP type|closed/),
    checkRefused(t, `redis://127.0.0.1:${(await startSilentServer(t)).port}`, /no reply/)
  ])
})

t.test('TLS on one side only, or with a certificate that nobody vouches for', async t => {
  const { port, tlsPort } = await startTlsEngine(t)
  await Promise.all([
    checkRefused(t, `redis://127.0.0.1:${tlsPort}`, /./),
    checkRefused(t, `rediss://127.0.0.1:${port}`, /./),
    checkRefused(t, `valkeys://127.0.0.1:${tlsPort}`, /self-signed certificate/)
  ])
})

t.test('an engine that is too old, of which nothing else is asked', async t => {
  const { port, commands } = await startFakeEngine(t, () => '# Server\r\nredis_version:6.2.0\r\n')
  await checkRefused(t, `redis://127.0.0.1:${port}`, /has version 6\.2\.0\. verifa-mock needs Valkey, or Redis 7 or later/)
  t.same(commands.filter(name => name !== 'CLIENT'), ['INFO'])
})

t.test('an engine that reads its data is waited for', async t => {
  let asked = 0
  const { port } = await startFakeEngine(t, () => `redis_version:7.0.0\r\nloading:${++asked < 3 ? 1 : 0}\r\n`)
  await checkRefused(t, `redis://127.0.0.1:${port}`, /has data of another version/) // it has no data at all
  t.equal(asked, 3)
})

t.test('a replica, which is left as it is', async t => {
  const engine = await startEngine(t)
  await engine.command('REPLICAOF', '127.0.0.1', '1')
  await checkRefused(t, engine.url, /cannot be used: READONLY You can't write against a read only replica/)
  await engine.command('REPLICAOF', 'NO', 'ONE')
  t.same(await connect(t, engine.url), [])
})

/** The keys of an engine, with their values as it would save them. */
async function contentOf ({ command }: Engine): Promise<unknown> {
  const keys = (await command('KEYS', '*') as string[]).sort()
  return Promise.all(keys.map(async key => [key, await command('DUMP', key)]))
}

t.test('data of an older or newer version, which stays as it is', async t => {
  const engine = await startEngine(t)
  for (const version of ['0', '2']) {
    await engine.command('SET', 'verifa-mock:schema', version)
    const before = await contentOf(engine)
    await checkRefused(t, engine.url, new RegExp(`has data of another version of verifa-mock \\(schema ${version}, not 1\\)\\. Use that version`))
    t.same(await contentOf(engine), before)
  }
})

t.test('a cluster with a number of a database', async t => {
  const { nodes: [node] } = await startCluster(t)
  const { url } = node as Engine
  await checkRefused(t, `${url}/1`, /SELECT is not allowed in cluster mode/)
  t.same(await connect(t, `${url}/0`, 5_000), [])
  // Valkey 9 has databases in a cluster
  const fake = await startFakeEngine(t, () => 'redis_version:7.2.4\r\ncluster_enabled:1\r\n')
  await checkRefused(t, `redis://127.0.0.1:${fake.port}/1`, /is a cluster, which has no database 1/)
})

t.test('an engine that may drop keys is used with one warning', async t => {
  const engine = await startEngine(t, { args: ['--maxmemory-policy', 'allkeys-lru'] })
  t.match(await connect(t, engine.url), [/^The store \S+ has the maxmemory-policy allkeys-lru: .* Set it to noeviction\.$/])
  await engine.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
  t.same(await connect(t, engine.url), [])
})
