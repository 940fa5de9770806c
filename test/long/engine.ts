import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@redis/client'
import type { Test } from 'tap'
import { findProgram } from './find-program.js'

export interface EngineOptions {
  /** Whether it writes each command to disk before it replies, so that a kill loses nothing. */
  aof?: boolean
  /** The password that its clients need. */
  password?: string
  /** Whether it is a node of a cluster. */
  cluster?: boolean
  /** Further arguments of its command line. */
  args?: readonly string[]
}

/** A Valkey or Redis server in a process of its own. */
export interface Engine {
  /** Such as `redis://127.0.0.1:6379`, with the password if it has one. */
  url: string
  port: number
  /** The port on which the nodes of a cluster talk to each other; no other engine listens on it. */
  busPort: number
  /** Where its data and its socket are. */
  folder: string
  /** Ends it with SIGKILL. */
  kill: () => Promise<void>
  /** Ends it with SIGTERM. */
  stop: () => Promise<void>
  /** Lets it do nothing, without closing its connections (SIGSTOP). */
  pause: () => void
  resume: () => void
  /** Starts it again on the same port with the same folder; ends it first if it runs. */
  restart: () => Promise<void>
  /** Sends one command over a connection of its own, and resolves with the reply. */
  command: (...args: string[]) => Promise<unknown>
}

const PORT_TRIES = 5

/** Starts an engine on a free port, with an empty folder. It ends with the test. */
export async function startEngine (t: Pick<Test, 'teardown'>, options: EngineOptions = {}): Promise<Engine> {
  const program = engineProgram()
  const folder = mkdtempSync(join(tmpdir(), 'verifa-mock-engine-'))
  let child: ChildProcess | undefined
  const end = async (signal: NodeJS.Signals) => {
    if (child?.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
  }
  t.teardown(async () => {
    await end('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  const start = async (port: number, busPort: number) => {
    child = spawn(program, argumentsOf(port, busPort, folder, options), { stdio: ['ignore', 'pipe', 'pipe'] })
    await ready(child)
  }
  const [port, busPort] = await onFreePorts(start)
  const url = `redis://${options.password === undefined ? '' : `:${options.password}@`}127.0.0.1:${port}`
  return {
    url,
    port,
    busPort,
    folder,
    kill: async () => end('SIGKILL'),
    stop: async () => end('SIGTERM'),
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    restart: async () => {
      await end('SIGTERM')
      await start(port, busPort)
    },
    command: async (...args) => send(url, args)
  }
}

function engineProgram (): string {
  const program = findProgram('valkey-server', 'redis-server')
  if (program !== undefined) return program
  throw new Error('These tests start Valkey or Redis, and neither is installed: there is no valkey-server or redis-server on the PATH. ' +
    'On Debian, apt-get install redis-server installs one.')
}

function argumentsOf (port: number, busPort: number, folder: string, options: EngineOptions): string[] {
  const { aof = false, password, cluster = false, args = [] } = options
  return [
    '--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '',
    '--appendonly', aof ? 'yes' : 'no', '--appendfsync', 'always',
    ...password === undefined ? [] : ['--requirepass', password],
    ...cluster ? ['--cluster-enabled', 'yes', '--cluster-port', String(busPort)] : [],
    ...args
  ]
}

/** Resolves when an engine has read its data and accepts connections. Rejects with what it has printed when it ends instead. */
async function ready (child: ChildProcess): Promise<void> {
  let printed = ''
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: string) => {
      printed += chunk
      if (printed.includes('Ready to accept connections')) resolve()
    }
    child.stdout?.setEncoding('utf8').on('data', read)
    child.stderr?.setEncoding('utf8').on('data', read)
    child.on('error', reject)
    child.on('close', () => reject(new Error(`The engine ended at its start:\n${printed}`)))
  })
}

/** Starts something on ports that were free a moment ago; on others when another process was faster. */
async function onFreePorts (start: (port: number, busPort: number) => Promise<void>): Promise<[port: number, busPort: number]> {
  for (let tries = 1; ; tries++) {
    const ports: [number, number] = [await freePort(), await freePort()]
    try {
      await start(...ports)
      return ports
    } catch (error) {
      if (tries === PORT_TRIES || !/already in use/i.test((error as Error).message)) throw error
    }
  }
}

/** A port on which nobody listens. */
export async function freePort (): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function send (url: string, args: string[]): Promise<unknown> {
  const client = createClient({ url, socket: { reconnectStrategy: false } })
  client.on('error', () => undefined) // the call rejects
  try {
    await client.connect()
    return await client.sendCommand(args)
  } finally {
    if (client.isOpen) client.destroy()
  }
}
