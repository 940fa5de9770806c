import { existsSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { FileLock, StateFileError } from '../../src/stores/file-lock.js'
import { ownMark, type ProcessMark } from '../../src/stores/process-mark.js'

const noWait = () => undefined
const dead = { ...ownMark(), started: '1' }
const inContainer = { pid: 1, place: 'container', started: '1' }

/** A lock that another process has left in the folder of a test. */
function leave (file: string, holder: Partial<ProcessMark>): void {
  writeFileSync(`${file}.lock`, JSON.stringify(holder))
}

t.test('one process at a time has a lock', async t => {
  const file = `${t.testdir()}/a.json`
  const lock = new FileLock(file)
  t.ok(lock.isHeld())
  t.equal(statSync(lock.path).mode & 0o777, 0o600)
  t.throws(() => new FileLock(file), new StateFileError(
    `${file} is in use by process ${process.pid}, according to ${file}.lock. Stop that process, or use another file.`
  ), 'nor may it take it twice')
  lock.release()
  t.notOk(existsSync(lock.path))
  new FileLock(file).release()
})

t.test('the lock of a process that was killed is taken over', async t => {
  const file = `${t.testdir()}/a.json`
  leave(file, dead)
  t.ok(new FileLock(file).isHeld())
})

t.test('a lock of another container is taken over when its holder is silent for three seconds', async t => {
  const file = `${t.testdir()}/a.json`
  for (const text of [JSON.stringify(inContainer), '', 'null']) {
    writeFileSync(`${file}.lock`, text)
    let waited = 0
    const lock = new FileLock(file, milliseconds => {
      waited += milliseconds
    })
    t.equal(waited, 3_100)
    t.ok(lock.isHeld())
    lock.release()
  }
})

t.test('a lock of another container is respected when its holder touches it', async t => {
  const file = `${t.testdir()}/a.json`
  leave(file, inContainer)
  let looks = 0
  t.throws(() => new FileLock(file, () => {
    if (++looks === 10) utimesSync(`${file}.lock`, 1, 1)
  }), { message: /is in use by process 1 of another container or machine, according to / })
  t.equal(looks, 10)
  writeFileSync(`${file}.lock`, '')
  t.throws(() => new FileLock(file, () => leave(file, ownMark())), { message: /is in use by process \d+, according to / }, 'or when it is written only now')
})

t.test('a lock that is released meanwhile is free', async t => {
  const file = `${t.testdir()}/a.json`
  leave(file, inContainer)
  new FileLock(file, () => rmSync(`${file}.lock`)).release()
  symlinkSync('nowhere', `${file}.lock`) // is there, and cannot be read
  new FileLock(file, () => rmSync(`${file}.lock`, { force: true })).release()
  symlinkSync('nowhere', `${file}.lock`)
  t.ok(new FileLock(file, noWait).isHeld())
})

t.test('if several processes take a lock over, the last one gets it', async t => {
  const file = `${t.testdir()}/a.json`
  leave(file, dead)
  // as long as the first one waits whether another one comes
  t.throws(() => new FileLock(file, () => leave(file, { ...ownMark(), started: null })), StateFileError)
  leave(file, dead)
  let waits = 0
  const lock = new FileLock(file, () => {
    if (++waits === 1) rmSync(`${file}.lock`)
  })
  t.ok(lock.isHeld(), 'one that has gone again leaves it')
})

t.test('a holder touches its lock, and notices that it has lost it', async t => {
  const file = `${t.testdir()}/a.json`
  const lock = new FileLock(file, noWait)
  utimesSync(lock.path, 1, 1)
  await lock.touch()
  t.ok(statSync(lock.path).mtimeMs > 1_000)
  leave(file, inContainer)
  t.notOk(lock.isHeld())
  lock.release()
  t.match(JSON.parse(readFileSync(lock.path, 'utf8')), inContainer, 'the lock of another process stays')
  rmSync(lock.path)
  t.notOk(lock.isHeld())
  await lock.touch()
  t.notOk(existsSync(lock.path))
})

t.test('errors name a folder that does not exist, and a lock that is not a file', async t => {
  const dir = t.testdir({ 'b.json.lock': {} })
  t.throws(() => new FileLock(`${dir}/none/a.json`), { name: 'StateFileError', message: /^.*\/none\/a\.json\.lock cannot be used: ENOENT: / })
  t.throws(() => new FileLock(`${dir}/b.json`), { name: 'StateFileError', message: /\/b\.json\.lock cannot be used: EISDIR: / })
})
