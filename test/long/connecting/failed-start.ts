import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { run } from '../../command/process.js'
import { freePort, startEngine } from '../engine.js'

const PASSWORD = 'hunter2'

/** Starts a mock that cannot start, with its store in its environment. It says why in one sentence, and ends with exit code 1. */
async function checkFailedStart (t: Test, store: string, reason: string): Promise<void> {
  const { ended, out, err } = run(t, ['--port', '0'], { VERIFA_MOCK_STORE: store })
  t.match(await ended, { code: 1, signal: null }, store)
  t.match(err(), /^The store \S+ cannot be used: [^\n]*[^\n.]\.\n$/)
  t.match(err(), reason)
  t.notMatch(out() + err(), PASSWORD)
}

t.test('an engine that is away stops the start after a while', async t => {
  await Promise.all([
    checkFailedStart(t, `redis://:${PASSWORD}@127.0.0.1:${await freePort()}`, 'connect ECONNREFUSED 127.0.0.1:'),
    checkFailedStart(t, `unix://mock:${PASSWORD}@/none.sock`, 'connect ENOENT ')
  ])
})

t.test('an engine that lets a mock in, but not do what it needs, stops the start', async t => {
  const engine = await startEngine(t, { password: PASSWORD })
  const user = async (name: string, ...rules: string[]) => {
    await engine.command('ACL', 'SETUSER', name, 'on', `>${PASSWORD}`, '~*', '&*', '+@all', ...rules)
    return `redis://${name}:${PASSWORD}@127.0.0.1:${engine.port}`
  }
  await Promise.all([
    checkFailedStart(t, `redis://127.0.0.1:${engine.port}`, 'NOAUTH'),
    checkFailedStart(t, await user('unscripted', '-eval', '-evalsha'), 'NOPERM'),
    checkFailedStart(t, await user('silent', 'resetchannels'), 'channel')
  ])
})

t.test('without its package, the message says what to install', async t => {
  const root = fileURLToPath(new URL('../../..', import.meta.url))
  const folder = mkdtempSync(join(tmpdir(), 'verifa-mock-alone-')) // not in the project, where the package is
  t.teardown(() => rmSync(folder, { recursive: true }))
  for (const name of ['dist', 'fixtures', 'package.json']) cpSync(join(root, name), join(folder, name), { recursive: true })
  const start = promisify(execFile)(process.execPath, [join(folder, 'dist/main.js'), '--port', '0', '--store', 'redis://127.0.0.1'])
  await t.rejects(start, {
    code: 1,
    stdout: '',
    stderr: 'A store on Valkey or Redis needs the package @redis/client. Install it beside verifa-mock: npm install @redis/client@6\n'
  })
})
