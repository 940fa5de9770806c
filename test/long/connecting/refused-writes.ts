import { rmSync } from 'node:fs'
import t, { type Test } from 'tap'
import type { ErrorBody } from '../../../src/index.js'
import { type Engine, startEngine } from '../engine.js'
import { type Answer, balanced, readiness, type Replica, startReplica, startReplicas } from '../replica.js'
import { until } from '../until.js'

// An engine may be there and refuse to write. Then reads go on, and writes fail as a whole.

interface Refusal {
  /** What the engine says. */
  reason: RegExp
  args?: string[]
  /** Makes the engine refuse writes, and lets it write again. */
  begin: (engine: Engine, t: Test) => Promise<unknown>
  end: (engine: Engine) => Promise<unknown>
}

const refusals: Record<string, Refusal> = {
  'has no memory left': {
    reason: /^OOM command not allowed/,
    begin: async ({ command }) => command('CONFIG', 'SET', 'maxmemory', '1mb'),
    end: async ({ command }) => command('CONFIG', 'SET', 'maxmemory', '0')
  },
  'cannot save its data': {
    reason: /^MISCONF /,
    begin: async ({ command }, t) => {
      const folder = t.testdir({})
      await command('CONFIG', 'SET', 'save', '3600 1000000')
      await command('CONFIG', 'SET', 'dir', folder)
      rmSync(folder, { recursive: true })
      await command('BGSAVE')
      await until('the engine could not save', async () => String(await command('INFO', 'persistence')).includes('rdb_last_bgsave_status:err'))
    },
    end: async ({ command }) => command('CONFIG', 'SET', 'stop-writes-on-bgsave-error', 'no')
  },
  'has too few replicas': {
    reason: /^NOREPLICAS /,
    begin: async ({ command }) => command('CONFIG', 'SET', 'min-replicas-to-write', '1'),
    end: async ({ command }) => command('CONFIG', 'SET', 'min-replicas-to-write', '0')
  },
  'takes permissions away': {
    reason: /^NOPERM |^ERR The user executing the script/,
    begin: async ({ command }) => command('ACL', 'SETUSER', 'mock', '-@write'),
    end: async ({ command }) => command('ACL', 'SETUSER', 'mock', '+@all')
  }
}

const writes: [method: string, path: string, body?: object][] = [
  ['PATCH', '/sessions/ses_pending', { metadata: { a: 'b' } }], ['POST', '/sessions', { external_ref: 'new' }], ['POST', '/_mock/reset'],
  ['POST', '/_mock/clock', { advance: '1h' }], ['POST', '/_mock/faults', { then: { status: 500 } }]
]
const reads = ['/sessions', '/sessions/ses_pending', '/_mock/sessions', '/_mock/requests', '/_mock/state', '/_mock/ready']

/** Asks a replica for everything that is only read. */
async function readAll (replica: Replica): Promise<Answer[]> {
  return Promise.all(reads.map(async path => balanced([replica])('GET', path)))
}

for (const isolation of ['none', 'api-key']) {
  t.test(`with isolation ${isolation}, an engine that refuses to write`, async t => {
    const engine = await startEngine(t, { args: ['--enable-protected-configs', 'yes'] })
    await engine.command('ACL', 'SETUSER', 'mock', 'on', '>hunter2', '~*', '&*', '+@all')
    const url = engine.url.replace('redis://', 'redis://mock:hunter2@')
    const replica = await startReplica(t, url, ['--isolation', isolation])
    const send = balanced([replica])
    await send('PATCH', '/sessions/ses_pending', { body: { metadata: { first: '1' } } })

    for (const [what, { reason, begin, end }] of Object.entries(refusals)) {
      await t.test(what, async t => {
        const before = await readAll(replica)
        const logged = replica.lines().length
        await begin(engine, t)

        for (const [method, path, body] of writes) {
          const { status, headers, body: text } = await send(method, path, { body, key: 'k' })
          const { error, detail, status_code: code } = JSON.parse(text) as ErrorBody
          t.same([status, error, code, detail], [503, 'internal_error', 503, 'The store is not available. Try again.'], `${method} ${path}`)
          t.match(headers['retry-after'], /^\d+$/)
        }
        const during = await readAll(replica)
        t.same(during.map(({ status }) => status), reads.map(() => 200), 'reads go on')
        t.equal(during[0]?.body, before[0]?.body, 'nothing is applied')
        t.equal(during[1]?.body, before[1]?.body)
        const lines = replica.lines().slice(logged)
        t.equal(lines.filter(({ msg, status }) => msg === 'request' && status === 503).length, writes.length)
        t.ok(lines.every(({ status, reason: its }) => status !== 503 || reason.test(String(its))), 'the log says why')
        t.same(lines.filter(({ msg }) => msg !== 'request'), [], 'it is not away')

        await end(engine)
        const { status } = await send('PATCH', '/sessions/ses_pending', { body: { metadata: { [what]: 'over' } }, key: what })
        t.equal(status, 200)
        await readiness(replica)
      })
    }
    t.equal(await replica.close(), 0)
  })
}

t.test('an engine that refuses to write lets a replica read a workspace that it has not used before', async t => {
  const engine = await startEngine(t)
  const { first, second } = await startReplicas(t, ['--isolation', 'api-key'], engine)
  await balanced([first])('PATCH', '/sessions/ses_pending', { body: { metadata: { a: 'b' } } })
  await engine.command('CONFIG', 'SET', 'maxmemory', '1mb')
  const { status, body } = await balanced([second])('GET', '/sessions/ses_pending')
  t.match([status, JSON.parse(body)], [200, { metadata: { a: 'b' } }])
})
