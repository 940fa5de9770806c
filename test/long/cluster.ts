import type { Test } from 'tap'
import { type Engine, startEngine } from './engine.js'
import { until } from './until.js'

const NODES = 3
const SLOTS = 16_384

/** A cluster of engines. What an engine can do, it does with all its nodes; `url` and the ports are those of the first. */
export interface Cluster extends Engine {
  nodes: readonly Engine[]
}

/** Starts three engines without replicas that form a cluster. They end with the test. */
export async function startCluster (t: Pick<Test, 'teardown'>, { aof = false } = {}): Promise<Cluster> {
  const nodes: Engine[] = []
  while (nodes.length < NODES) nodes.push(await startEngine(t, { aof, cluster: true, args: ['--cluster-node-timeout', '2000'] }))
  const [first, ...others] = nodes as [Engine, ...Engine[]]
  for (const [index, node] of nodes.entries()) {
    const [from, to] = [index, index + 1].map(part => Math.floor(part * SLOTS / NODES)) as [number, number]
    await node.command('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to - 1))
    await node.command('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1)) // as redis-cli does: equal ones cause elections
  }
  for (const { port, busPort } of others) await first.command('CLUSTER', 'MEET', '127.0.0.1', String(port), String(busPort))
  const formed = async () => until('the cluster has formed', async () => {
    const infos = await Promise.all(nodes.map(async node => node.command('CLUSTER', 'INFO')))
    return infos.every(info => /^cluster_state:ok\r$/m.test(String(info)) && /^cluster_size:3\r$/m.test(String(info)))
  })
  await formed()

  const all = async (act: (node: Engine) => Promise<void>) => {
    await Promise.all(nodes.map(act))
  }
  return {
    ...first,
    nodes,
    kill: async () => all(async node => node.kill()),
    stop: async () => all(async node => node.stop()),
    pause: () => nodes.forEach(node => node.pause()),
    resume: () => nodes.forEach(node => node.resume()),
    restart: async () => {
      await all(async node => node.restart())
      await formed()
    },
    command: async (...args) => first.command(...args).catch(async (error: unknown) => redirected(nodes, args, error))
  }
}

/** Sends a command again to the node that has its key, if that is what the error says. */
async function redirected (nodes: readonly Engine[], args: string[], error: unknown): Promise<unknown> {
  const port = /^MOVED \d+ \S+:(\d+)$/.exec((error as Error).message)?.[1]
  const node = nodes.find(node => String(node.port) === port)
  if (node === undefined) throw error
  return node.command(...args)
}
