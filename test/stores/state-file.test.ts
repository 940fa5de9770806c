import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { FixtureError } from '../../src/stores/fixture-files.js'
import { FileLock, StateFileError } from '../../src/stores/file-lock.js'
import { StateFile } from '../../src/stores/state-file.js'
import { session } from '../domain/examples.js'

const state = { sessions: [session()], clock: { now: '2026-03-01T12:00:00.000Z', frozen: true }, saved_at: '2026-03-01T11:00:00.000Z' }

/** What the problem is with a file of some content. */
function problemOf (file: string): string {
  try {
    new StateFile(file, {}).release()
  } catch (error) {
    if (error instanceof FixtureError) return error.message.replaceAll(file, 'FILE')
    throw error
  }
  return 'none'
}

t.test('a state that was written is read at the next start', async t => {
  const dir = t.testdir()
  const first = new StateFile(`${dir}/a.json`, {})
  t.equal(first.state, undefined)
  await first.write(state)
  first.release()
  t.same(readdirSync(dir), ['a.json'])
  t.same(JSON.parse(readFileSync(`${dir}/a.json`, 'utf8')), state)
  t.equal(statSync(`${dir}/a.json`).mode & 0o777, 0o600, 'it has secrets')

  const second = new StateFile(`${dir}/a.json`, {})
  t.same(second.state, { fixtures: state.sessions, idempotency_keys: [], timeline: [], clock: state.clock, saved_at: state.saved_at })
  await second.write({ sessions: [] })
  second.release()
  t.same(new StateFile(`${dir}/a.json`, {}).state, { fixtures: [], idempotency_keys: [], timeline: [] })
})

t.test('a file that cannot be used is refused with all its problems, and left as it is', async t => {
  const advice = '\nThe state file was left as it is. To start from the fixtures, move it away.'
  const cases: [text: string, problem: RegExp | string][] = [
    ['', /^FILE: Unexpected end of JSON input\n/],
    ['{"sessions":[', /^FILE: .*JSON/],
    ['[{"id":"ses_a"}]', `FILE: must be a saved state: an object with sessions${advice}`],
    ['null', `FILE: must be a saved state: an object with sessions${advice}`],
    ['{"sessions":[{"id":"ses_a","status":"done"}],"saved_at":"now"}', /^FILE: session 1 \(ses_a\): status must be one of: .*\nFILE: saved_at must be a date and time.*\n/]
  ]
  for (const [text, problem] of cases) {
    const dir = t.testdir({ 'a.json': text })
    const found = problemOf(`${dir}/a.json`)
    if (typeof problem === 'string') t.equal(found, problem)
    else t.match(found, problem)
    t.ok(found.endsWith(advice))
    t.equal(readFileSync(`${dir}/a.json`, 'utf8'), text)
    t.same(readdirSync(dir), ['a.json'], 'it is not locked any more')
  }
  const dir = t.testdir({ folder: { 'a.json': '{"sessions":[]}' } })
  t.equal(problemOf(`${dir}/folder`), `FILE: is not a file${advice}`)
})

t.test('a symbolic link stays a link', async t => {
  const dir = t.testdir({ real: { 'a.json': '{"sessions":[]}' } })
  symlinkSync(`${dir}/real/a.json`, `${dir}/link.json`)
  const file = new StateFile(`${dir}/link.json`, {})
  t.throws(() => new StateFile(`${dir}/real/a.json`, {}), StateFileError, 'both are one file')
  await file.write(state)
  t.same(JSON.parse(readFileSync(`${dir}/real/a.json`, 'utf8')), state)
  t.same(readdirSync(dir).sort(), ['link.json', 'real'])
  file.release()
})

t.test('a write that fails leaves the old state, and says why', async t => {
  const dir = t.testdir({ folder: {} })
  const path = `${dir}/folder/a.json`
  const file = new StateFile(path, {})
  await file.write(state)
  writeFileSync(`${path}.tmp`, 'of a process that was killed')
  await file.write({ sessions: [] })
  t.same(JSON.parse(readFileSync(path, 'utf8')), { sessions: [] })

  mkdirSync(`${path}.tmp`)
  await t.rejects(file.write(state), { name: 'StateFileError', message: /^The state could not be written to .*\/folder\/a\.json: .*\.$/ })
  t.same(JSON.parse(readFileSync(path, 'utf8')), { sessions: [] })
  rmSync(`${path}.tmp`, { recursive: true })

  writeFileSync(`${path}.lock`, '{}')
  await t.rejects(file.write(state), { message: `The state could not be written to ${path}: ${path}.lock was removed, or taken over by another process.` })
  t.notOk(existsSync(`${path}.tmp`))
})

t.test('a system error of a failed write is explained in words', async t => {
  const path = `${t.testdir()}/a.json`
  const cases: [code: string, words: string][] = [
    ['ENOSPC', 'the disk is full.'],
    ['ENOENT', 'its folder does not exist any more.'],
    ['EBUSY', 'it is mounted by itself. Mount its folder instead.']
  ]
  for (const [code, words] of cases) {
    const file = new StateFile(path, {}, file => Object.assign(new FileLock(file), {
      isHeld: () => {
        throw Object.assign(new Error(), { code })
      }
    }))
    await t.rejects(file.write(state), { message: `The state could not be written to ${path}: ${words}` })
    rmSync(`${path}.lock`)
  }
})

t.test('a system that cannot sync a folder still writes', async t => {
  const fs = await import('node:fs/promises')
  const open = async (path: string, ...rest: [flags?: string, mode?: number]) => {
    const file = await fs.open(path, ...rest)
    if (rest.length > 0) return file
    await file.close()
    throw new Error('EPERM')
  }
  const files = await t.mockImport<typeof import('../../src/stores/state-file.js')>('../../src/stores/state-file.js', {
    'node:fs/promises': { ...fs, open }
  })
  const path = `${t.testdir()}/a.json`
  await new files.StateFile(path, {}).write(state)
  t.same(JSON.parse(readFileSync(path, 'utf8')), state)
})
