import t from 'tap'
import type { Overview } from '../../src/control/routes/overview.js'
import { operations } from '../../src/http/operations/operations.js'
import { version } from '../../src/index.js'
import { SANDBOX_KEY, startApp, update } from '../helper.js'

t.test('the overview counts what there is, and says how the workspace is set', async t => {
  const app = startApp(t, { fixtures: [{ id: 'ses_a' }, { id: 'ses_b', is_sandbox: false }], maxJournalEntries: 2, webhookUrl: 'http://localhost:9/' })
  const call = async (method: 'POST' | 'PUT', path: string, payload?: object) => app.inject({ method, url: `/_mock${path}`, ...(payload && { payload }) })
  const overview = async () => (await app.inject('/_mock/overview')).json<Overview>()
  const ids = operations.map(({ id }) => id)
  const before = await overview()
  t.match(before, {
    version, isolated: false, workspaces: [], operations: ids, dropped_requests: 0,
    counts: { requests: 0, sessions: 2, deliveries: 0, endpoints: 2, idempotency_keys: 0, faults: 0 },
    clock: { now: /^\d{4}-/, frozen: false }, webhooks: { held: false, timing: 'after', dropped: 0 }
  })
  await call('POST', '/webhooks/hold')
  await call('POST', '/clock', { set: '2026-03-01T12:00:00Z', freeze: true })
  await call('POST', '/faults', { then: { status: 500 }, match: { method: 'GET' } })
  for (const key of ['a', 'b', 'c']) await update(app, 'ses_a', {}, { 'idempotency-key': key })
  await call('PUT', '/sessions/ses_a/status', { status: 'capturing' })
  t.same(await overview(), {
    ...before,
    dropped_requests: 1,
    counts: { requests: 2, sessions: 2, deliveries: 1, endpoints: 2, idempotency_keys: 3, faults: 1 },
    clock: { now: '2026-03-01T12:00:00.000Z', frozen: true },
    webhooks: { held: true, timing: 'after', dropped: 0 }
  })
})

t.test('with isolation the overview is that of the workspace of the API key', async t => {
  const app = startApp(t, { isolation: 'api-key' })
  const overview = async (headers: Record<string, string>) => (await app.inject({ url: '/_mock/overview', headers })).json<Overview>()
  await update(app, 'ses_pending', {})
  t.match(await overview({}), { isolated: true, counts: { requests: 0 } })
  const own = await overview({ 'x-api-key': SANDBOX_KEY })
  t.match(own, { isolated: true, counts: { requests: 1 }, workspaces: [{ id: 'workspace_1', api_key: 'vk_sandbox_…7be2' }] })
  t.match(await overview({ 'x-mock-workspace': 'workspace_1' }), { counts: { requests: 1 } })
})
