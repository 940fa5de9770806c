import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pinned } from './pinning.js'
import { checkResponse, send } from './responses.js'
import { workloads } from './workloads.js'

const START_TIMEOUT = 60_000
const STOP_TIMEOUT = 3_000

const running = new Set()

/**
 * Starts a subject in its own process and folder, pinned to the core of the servers, and waits until it responds to an update as it
 * should.
 * @param options what the subject's command is made from, besides its port
 * @returns a server, with its URL and the time from the start of its process to the first 200
 */
export async function start (subject, { serverCore }, options = {}) {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'verifa-mock-bench-'))
  const log = openSync(join(folder, 'log'), 'w')
  const [file, ...args] = pinned(serverCore, subject.command({ port, folder, logLevel: 'warn', ...options }))
  const startedAt = performance.now()
  // in its own process group, so that its child processes can be stopped too; with a channel if the subject uses one
  const child = spawn(file, args, { cwd: folder, detached: true, stdio: ['ignore', log, log, ...subject.hasChannel ? ['ipc'] : []] })
  closeSync(log)
  const server = { subject, child, folder, url: `http://127.0.0.1:${port}`, firstWorkload: options.firstWorkload ?? workloads.update }
  running.add(server)
  child.on('error', error => server.error = error)
  await firstResponse(server, startedAt)
  server.readyAfter = performance.now() - startedAt
  await checkResponse(server, server.firstWorkload)
  return server
}

async function firstResponse (server, startedAt) {
  while (performance.now() - startedAt < START_TIMEOUT) {
    if (hasEnded(server)) break
    const response = await send(server, server.firstWorkload).catch(() => undefined)
    if (response?.status === 200) return
    await sleep(1)
  }
  const log = readFileSync(join(server.folder, 'log'), 'utf8').slice(-2_000)
  throw new Error(`${server.subject.name} did not start: ${server.error?.message ?? log}`)
}

/** A port that is free now. */
export async function freePort () {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

function hasEnded ({ child, error }) {
  return child.exitCode !== null || child.signalCode !== null || error !== undefined
}

/** Pauses a server, so that it takes no time from the one that is measured. */
export function pause (server) {
  signal(server, 'SIGSTOP')
}

export function resume (server) {
  signal(server, 'SIGCONT')
}

/** Stops a server and its child processes, and kills those that do not stop. */
export async function stop (server) {
  const ended = hasEnded(server) ? Promise.resolve() : once(server.child, 'exit')
  resume(server)
  signal(server, 'SIGTERM')
  await Promise.race([ended, sleep(STOP_TIMEOUT, undefined, { ref: false })])
  signal(server, 'SIGKILL')
  await ended
  running.delete(server)
  rmSync(server.folder, { recursive: true, force: true })
}

function signal ({ child }, name) {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, name)
  } catch {
    // the process group has ended
  }
}

export async function stopAll () {
  await Promise.all(Array.from(running, stop))
}

process.on('exit', () => running.forEach(server => {
  signal(server, 'SIGKILL')
  rmSync(server.folder, { recursive: true, force: true })
}))
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => process.exit(130))

/** Starts servers one after the other, calls `use` with them, and stops them, also when that fails. */
export async function withServers (starts, use) {
  const servers = []
  try {
    for (const startServer of starts) servers.push(await startServer())
    return await use(servers)
  } finally {
    await stopAll() // also one whose start has failed
  }
}
