import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { hostname } from 'node:os'
import t from 'tap'
import { describeProcess, isRunning, ownMark } from '../../src/stores/process-mark.js'

t.test('a process is known by its ID, where the ID means something, and when it started', async t => {
  const own = ownMark()
  t.equal(own.pid, process.pid)
  t.same(ownMark(), own)
  t.equal(isRunning(own), true)
  t.equal(isRunning({ ...own, place: 'another container' }), undefined)
  t.equal(isRunning({}), undefined)
  t.equal(describeProcess(own), `process ${process.pid}`)
  t.equal(describeProcess({ ...own, place: 'x' }), `process ${process.pid} of another container or machine`)
  t.equal(describeProcess({}), 'another process')
})

t.test('a process whose ID was reused, as in a restarted container, is not running', async t => {
  t.equal(isRunning({ ...ownMark(), started: '1' }), false)
})

t.test('without the time of its start, a process may be running as long as its ID is in use', async t => {
  const { place } = ownMark()
  const child = spawn(process.execPath, ['--eval', ''])
  const pid = child.pid as number
  await once(child, 'exit')
  t.equal(isRunning({ pid, place, started: '1' }), false, 'it has ended')
  t.equal(isRunning({ pid, place, started: null }), false)
  t.equal(isRunning({ pid: process.ppid, place, started: null }), undefined)
  t.equal(isRunning({ pid: process.pid, place, started: null }), true, 'this process is running')
})

/** The module as it is on a system on which files are as a test says. */
async function on (read: (path: string) => string) {
  const fs = await import('node:fs')
  return t.mockImport<typeof import('../../src/stores/process-mark.js')>('../../src/stores/process-mark.js', {
    'node:fs': { ...fs, readFileSync: read }
  })
}

t.test('a system without /proc has the name of the machine', async t => {
  const elsewhere = await on(() => {
    throw new Error('ENOENT')
  })
  t.same(elsewhere.ownMark(), { pid: process.pid, place: hostname(), started: null })
  t.equal(elsewhere.isRunning(elsewhere.ownMark()), true)
  t.intercept(process, 'kill', {
    value: () => {
      throw Object.assign(new Error(), { code: 'EPERM' })
    }
  })
  t.equal(elsewhere.isRunning({ pid: 1, place: hostname(), started: null }), undefined, 'of another user')
})

t.test('the name of a program may contain anything, and a process that nobody waits for has ended', async t => {
  const stat = (pid: string, name: string, state: string) => `${pid} (${name}) ${state} ${'0 '.repeat(18)}77 0 0`
  const system = await on(path => path.endsWith('boot_id') ? 'boot\n' : path.includes('/7/') ? stat('7', 'a) Z 1', 'S') : stat('8', 'b', 'Z'))
  const { place } = system.ownMark()
  t.match(place, /^boot pid:/)
  t.equal(system.isRunning({ pid: 7, place, started: '77' }), true)
  t.equal(system.isRunning({ pid: 8, place, started: '77' }), false)
})
