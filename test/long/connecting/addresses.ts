import t, { type Test } from 'tap'
import { serve } from '../../command/process.js'
import { type Engine, startEngine } from '../engine.js'
import { balanced } from '../replica.js'
import { startTlsEngine } from './tls-engine.js'

/** Starts a mock with a store, lets it update a session, and checks that its state is in a database of the engine, and in no other one. */
async function checkStore (t: Test, store: string, { command }: Engine, database: number, env: Record<string, string> = {}): Promise<void> {
  const mock = await serve(t, ['--store', store], [], env)
  const { status } = await balanced([mock])('PATCH', '/sessions/ses_pending', { body: {} })
  t.equal(status, 200, store)
  t.match(await command('INFO', 'keyspace'), new RegExp(`^# Keyspace\\s+db${database}:\\S+\\s*$`))
  mock.child.kill('SIGTERM')
  t.same(await mock.ended, { code: 0, signal: null })
  t.equal(mock.err(), '')
  await command('FLUSHALL')
}

t.test('a store by its host, with a database and a user that has the permissions of docs/replicas.md', async t => {
  const engine = await startEngine(t, { password: 'hunter2' })
  await engine.command('ACL', 'SETUSER', 'mock', 'on', '>p@ss', '~*verifa-mock:*', '&*verifa-mock:*', '+@all', '-@admin')
  for (const isolation of ['none', 'api-key']) {
    await checkStore(t, `valkey://mock:p%40ss@localhost:${engine.port}/3`, engine, 3, { VERIFA_MOCK_ISOLATION: isolation })
    t.same(await engine.command('ACL', 'LOG'), [], 'nothing was refused')
  }
})

t.test('a store on a Unix socket', async t => {
  const engine = await startEngine(t, { args: ['--unixsocket', 'engine.sock'] })
  await checkStore(t, `unix:${engine.folder}/engine.sock?db=2`, engine, 2)
})

t.test('a store with TLS, whose certificate the mock is made to trust', async t => {
  const engine = await startTlsEngine(t)
  await checkStore(t, `rediss://127.0.0.1:${engine.tlsPort}`, engine, 0, { NODE_EXTRA_CA_CERTS: engine.certificate })
})
