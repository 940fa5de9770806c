import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Test } from 'tap'

/** A server of Redis that a test has started. */
export interface RedisServer {
  readonly url: string
  readonly process: ChildProcess
  /** Kills it, as a crash does. */
  kill (): Promise<void>
}

/** Starts a server without persistence, on a socket in the folder of the test. It ends with the test. */
export async function startRedis (t: Test, ...args: string[]): Promise<RedisServer> {
  const dir = t.testdir({})
  return startRedisIn(t, dir, ...args)
}

async function startRedisIn (t: Test, dir: string, ...args: string[]): Promise<RedisServer> {
  const path = `${dir}/redis.sock`
  const child = spawn('redis-server', ['--port', '0', '--unixsocket', path, '--dir', dir, '--save', '', ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = once(child, 'exit')
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  t.teardown(kill)
  for await (const line of createInterface(child.stdout)) {
    if (line.includes('ready to accept connections')) break
  }
  child.stdout.resume()
  return { url: `unix://${path}`, process: child, kill }
}
