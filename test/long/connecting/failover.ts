import t, { type Test } from 'tap'
import { argumentsForClients, checkDone, startClients } from '../clients.js'
import { startCluster } from '../cluster.js'
import { type CuttingProxy, startCuttingProxy } from '../cutting-proxy.js'
import { type Engine, startEngine } from '../engine.js'
import { balanced, eventsOf, readiness, type Replica, startReplica } from '../replica.js'
import { until } from '../until.js'

// After a failover, another server is the primary, and the address of the store leads to it. The connections to the earlier one stay open.

interface Pair {
  primary: Engine
  copy: Engine
  /** The address of the store. */
  proxy: CuttingProxy
  /** Leads new connections to another server. */
  lead: (engine: Engine) => void
}

/** Starts a primary, a server that copies it, and an address that leads to the primary. */
async function startPair (t: Test): Promise<Pair> {
  const [primary, copy] = [await startEngine(t), await startEngine(t)]
  await copyAtOnce(primary)
  await copy.command('REPLICAOF', '127.0.0.1', String(primary.port))
  await isCopied(primary)
  const target = { port: primary.port }
  const proxy = await startCuttingProxy(t, target)
  return {
    primary,
    copy,
    proxy,
    lead: ({ port }) => {
      target.port = port
    }
  }
}

/** Lets an engine send its copy without the usual wait for a second taker. */
async function copyAtOnce (engine: Engine): Promise<void> {
  await engine.command('CONFIG', 'SET', 'repl-diskless-sync-delay', '0')
}

async function isCopied (primary: Engine): Promise<void> {
  await until('the copy is complete', async () => String(await primary.command('INFO', 'replication')).includes('state=online'))
}

/** Makes the copy the primary, and the primary a copy of it. What the primary has answered is not lost. */
async function failOver (primary: Engine, copy: Engine): Promise<void> {
  await primary.command('FAILOVER', 'TO', '127.0.0.1', String(copy.port))
  await until('the roles have changed', async () => await roleOf(primary) === 'slave' && await roleOf(copy) === 'master')
}

async function roleOf (engine: Engine): Promise<unknown> {
  return (await engine.command('ROLE') as unknown[])[0]
}

/** How many connections an engine has that listen to channels. */
async function listenersOf (engine: Engine): Promise<number> {
  return String(await engine.command('CLIENT', 'LIST', 'TYPE', 'pubsub')).split('\n').filter(line => line.startsWith('id=')).length
}

async function update (replica: Replica, name: string): Promise<number> {
  return (await balanced([replica])('PATCH', '/sessions/ses_pending', { body: { metadata: { [name]: name } }, key: name })).status
}

t.test('after a failover under load, updates work again: nothing answered is lost, and nothing is done twice', async t => {
  const { primary, copy, proxy, lead } = await startPair(t)
  const replicas = [await startReplica(t, proxy.url, argumentsForClients), await startReplica(t, proxy.url, argumentsForClients)]
  const logged = replicas.map(replica => eventsOf(replica).length)
  const clients = startClients(balanced(replicas))
  let [from, to] = [primary, copy]
  for (let round = 1; round <= 2; round++) {
    await clients.answered(100)
    await failOver(from, to)
    for (const replica of replicas) await readiness(replica, false)
    lead(to)
    for (const replica of replicas) await readiness(replica)
    await until('all listen to the other server', async () => await listenersOf(from) === 0 && await listenersOf(to) === replicas.length)
    for (const [index, replica] of replicas.entries()) {
      const events = eventsOf(replica).slice(logged[index])
      t.equal(events.length, 2 * round, `one line each way: ${JSON.stringify(events)}`)
    }
    [from, to] = [to, from]
  }
  await clients.answered(100)
  const done = await clients.stop()
  for (const replica of replicas) await checkDone(done, replica)
})

t.test('while the address leads to a replica, the store is away, without a change back and forth', async t => {
  const { primary, copy, proxy } = await startPair(t)
  const replica = await startReplica(t, proxy.url)
  const logged = eventsOf(replica).length
  await failOver(primary, copy)
  await readiness(replica, false)
  const send = balanced([replica])
  for (const [method, path] of [['PATCH', '/sessions/ses_pending'], ['GET', '/sessions'], ['POST', '/_mock/reset']] as const) {
    const { status, headers } = await send(method, path, { ...method === 'PATCH' && { body: {}, key: 'k' } })
    t.same([status, headers['retry-after']], [503, '1'], `${method} ${path}`)
  }
  t.match(JSON.parse((await send('GET', '/_mock/health')).body), { status: 'degraded' })
  t.match(replica.lines().filter(({ status }) => status === 503).map(({ reason }) => reason), [/^READONLY /, /^READONLY /, /^READONLY /])

  const { connections } = proxy
  await until('the mock has connected again some times', () => proxy.connections > connections + 4)
  await readiness(replica, false)
  const [event, ...others] = eventsOf(replica).slice(logged)
  t.match(event, { level: 50, msg: /^The store is away: READONLY You can't write against a read only replica\b.*\. Requests get a 503/ })
  t.notMatch(event, { msg: '..' })
  t.same(others, [], 'one line, although it has connected again and again')

  await primary.command('REPLICAOF', 'NO', 'ONE')
  await readiness(replica)
  t.equal(await update(replica, 'back'), 200)
  t.match(eventsOf(replica).slice(logged + 1), [{ level: 30, msg: 'The store is back.' }])
  t.equal(eventsOf(replica).length, logged + 2)

  await primary.command('REPLICAOF', '127.0.0.1', String(copy.port))
  await readiness(replica, false)
  t.equal(await replica.close(), 0, 'a mock ends without it')
})

t.test('a mock that starts in a failover waits for its end', async t => {
  const { primary, copy, proxy, lead } = await startPair(t)
  await failOver(primary, copy)
  const started = startReplica(t, proxy.url)
  await until('the mock has connected', () => proxy.connections > 0)
  lead(copy)
  t.equal(await update(await started, 'first'), 200)
})

t.test('a replica that says that it lacks its primary is left, too', async t => {
  const { primary, copy, proxy, lead } = await startPair(t)
  const replica = await startReplica(t, proxy.url)
  await primary.command('CONFIG', 'SET', 'replica-serve-stale-data', 'no')
  await copy.command('REPLICAOF', 'NO', 'ONE')
  await primary.command('REPLICAOF', '127.0.0.1', '1')
  await readiness(replica, false)
  lead(copy)
  await readiness(replica)
  t.equal(await update(replica, 'again'), 200)
})

t.test('in a cluster, the client finds the server that has taken over', async t => {
  const cluster = await startCluster(t)
  const copies: Engine[] = []
  for (const node of cluster.nodes) {
    await copyAtOnce(node)
    const copy = await startEngine(t, { cluster: true, args: ['--cluster-node-timeout', '2000'] })
    await copy.command('CLUSTER', 'MEET', '127.0.0.1', String(node.port), String(node.busPort))
    const id = String(await node.command('CLUSTER', 'MYID'))
    await until('the copy knows the node', async () => copy.command('CLUSTER', 'REPLICATE', id).then(() => true, () => false))
    await isCopied(node)
    copies.push(copy)
  }
  const replica = await startReplica(t, cluster.url)
  const clients = startClients(balanced([replica]))
  await clients.answered(100)
  for (const copy of copies) {
    await copy.command('CLUSTER', 'FAILOVER')
    await until('the copy has taken over', async () => await roleOf(copy) === 'master')
    await clients.answered(100)
  }
  await checkDone(await clients.stop(), replica)
  for (const node of cluster.nodes) t.equal(await roleOf(node), 'slave')
})
