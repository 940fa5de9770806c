import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask, checkAnswer } from './answers.js'
import { pinned } from './pinning.js'
import { works } from './works.js'

const READY_WITHIN = 60_000
const STOPPED_WITHIN = 3_000

const running = new Set()

/**
 * Starts a subject in a process and a folder of its own, pinned to the servers' core, and waits until it answers an
 * update as it should.
 * @param options what the subject's command is made with, beside its port
 * @returns a server: where it is, and how long it took from the start of its process to the first 200
 */
export async function start (subject, { serverCore }, options = {}) {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'verifa-mock-bench-'))
  const log = openSync(join(folder, 'log'), 'w')
  const [file, ...args] = pinned(serverCore, subject.command({ port, folder, logLevel: 'warn', ...options }))
  const startedAt = performance.now()
  // a group of its own, so that stopping it also stops what it started; with a channel when the subject talks
  const child = spawn(file, args, { cwd: folder, detached: true, stdio: ['ignore', log, log, ...subject.talks ? ['ipc'] : []] })
  closeSync(log)
  const server = { subject, child, folder, url: `http://127.0.0.1:${port}`, firstWork: options.firstWork ?? works.update }
  running.add(server)
  child.on('error', error => server.error = error)
  await firstAnswer(server, startedAt)
  server.readyAfter = performance.now() - startedAt
  await checkAnswer(server, server.firstWork)
  return server
}

async function firstAnswer (server, startedAt) {
  while (performance.now() - startedAt < READY_WITHIN) {
    if (hasEnded(server)) break
    const answer = await ask(server, server.firstWork).catch(() => undefined)
    if (answer?.status === 200) return
    await sleep(1)
  }
  const log = readFileSync(join(server.folder, 'log'), 'utf8').slice(-2_000)
  throw new Error(`${server.subject.name} did not answer: ${server.error?.message ?? log}`)
}

async function freePort () {
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

/** Lets a server stand still, so that it takes nothing from the one that is measured. */
export function pause (server) {
  signal(server, 'SIGSTOP')
}

export function resume (server) {
  signal(server, 'SIGCONT')
}

/** Ends a server, and whatever it started: politely, then not. */
export async function stop (server) {
  const ended = hasEnded(server) ? Promise.resolve() : once(server.child, 'exit')
  resume(server)
  signal(server, 'SIGTERM')
  await Promise.race([ended, sleep(STOPPED_WITHIN, undefined, { ref: false })])
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
    // the whole group has ended
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

/** Starts servers one after the other, does something with them, and stops them, whatever happens. */
export async function withServers (starts, act) {
  const servers = []
  try {
    for (const begin of starts) servers.push(await begin())
    return await act(servers)
  } finally {
    await stopAll() // also one that had no time to get into the list
  }
}
