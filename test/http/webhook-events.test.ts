import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { webhookEvents } from '../../src/domain/events.js'
import type { Exchange } from '../../src/domain/journal/journal.js'
import { statuses } from '../../src/domain/sessions/session.js'
import { operations } from '../../src/http/operations/operations.js'
import { isWriting } from '../../src/http/operation.js'
import type { JournalEntry } from '../../src/index.js'
import { countingNotify, endpoint } from '../domain/notify-examples.js'
import { startApp } from '../helper.js'
import { lastEntry, send } from './requests.js'

const HOUR = 3_600_000

/** Adds an endpoint that wants everything, and that nothing is sent to before an hour has passed. */
async function listenTo (app: FastifyInstance): Promise<void> {
  const { world } = app.workspaces.shared
  Object.assign(world.webhooks, { notify: countingNotify({ delay: () => HOUR }) })
  await world.store.transact({}, () => ({ puts: { endpoints: [endpoint()] } }))
}

/** What a request to the mock's own API caused. */
async function delivered (app: FastifyInstance): Promise<string[]> {
  return (await app.workspaces.shared.world.store.list('deliveries')).map(({ event }) => event)
}

const isSent = (type: string) => (webhookEvents as readonly string[]).includes(type)

t.test('an operation causes the events that it declares, and none else that is sent', async t => {
  for (const operation of operations.filter(isWriting)) {
    const caused = new Set<string>()
    const app = startApp(t, { fixtures: statuses.map(status => ({ id: `ses_${status}`, status })) })
    for (const id of statuses.map(status => `ses_${status}`)) {
      const bodies = Object.values(operation.bodyExamples ?? {}).map(({ value }) => value)
      const actions = ['approve', 'decline', 'require-review', 'expire'].map(action => ({ action }))
      for (const body of operation.id === 'simulateSession' ? actions : [...bodies, { tag: 'a' }, { session_ids: [id] }, {}]) {
        await app.inject({ method: 'POST', url: '/_mock/reset' })
        await send(app, `${operation.method} ${operation.path.replace('{session_id}', id)}`, body)
        for (const { type } of (await lastEntry(app)).changes) if (isSent(type)) caused.add(type)
      }
    }
    t.same([...caused].sort(), [...operation.events ?? []].sort(), operation.id)
  }
})

t.test('the journal lists the deliveries that a request made', async t => {
  const app = startApp(t)
  await listenTo(app)
  await send(app, 'POST /sessions', {}, { 'idempotency-key': 'a' })
  t.match(await lastEntry(app), { changes: [{ type: 'session.created' }], deliveries: ['whd_1'] })
  await send(app, 'POST /sessions', {}, { 'idempotency-key': 'a' })
  t.match(await lastEntry(app), { replayed: true, deliveries: [] })
  await send(app, 'PATCH /sessions/ses_pending', { external_ref: 'a' })
  t.match(await lastEntry(app), { changes: [{ type: 'session.updated' }], deliveries: [] })
  t.same(await delivered(app), ['session.created'])
})

t.test('the capture page notifies when it is opened, and when it has an outcome', async t => {
  const app = startApp(t)
  await listenTo(app)
  const { capture_url: url } = (await send(app, 'POST /sessions', {})).json<{ capture_url: string }>()
  const path = new URL(url).pathname
  await app.inject({ method: 'HEAD', url: path })
  await app.inject(path)
  t.match(await lastEntry(app), { operation: 'openCapture', deliveries: ['whd_2'] })
  await app.inject({ method: 'POST', url: `${path}/sandbox-outcome`, payload: { outcome: 'reject' } })
  t.match(await lastEntry(app), { operation: 'sandboxOutcome', deliveries: ['whd_3'] })
  t.same(await delivered(app), ['session.created', 'session.started', 'session.declined'])
})

t.test('the control plane notifies of outcomes, statuses, and redactions', async t => {
  const app = startApp(t)
  await listenTo(app)
  await app.inject({ method: 'PUT', url: '/_mock/sessions/ses_pending/status', payload: { status: 'capturing' } })
  await app.inject({ method: 'PUT', url: '/_mock/sessions/ses_pending/status', payload: { status: 'processing' } })
  await app.inject({ method: 'POST', url: '/_mock/sessions/ses_pending/simulate', payload: { action: 'require-review' } })
  for (let times = 0; times < 2; times++) await app.inject({ method: 'POST', url: '/_mock/sessions/ses_pending/redact' })
  t.same(await delivered(app), ['session.started', 'session.requires-review', 'session.redacted'])
  await app.inject({ method: 'PUT', url: '/_mock/sessions/ses_pending/fixture', payload: { status: 'completed', result: {} } })
  t.equal((await delivered(app)).length, 3, 'and of no session that is replaced')
})

t.test('the journal masks the secrets of webhook endpoints, and no data of the user', async t => {
  const app = startApp(t)
  const { journal } = app.workspaces.shared.world
  await send(app, 'PATCH /sessions/ses_pending', { metadata: { secret: 'whsec_mine' } })
  const [exchange] = await journal.list() as [Exchange]
  const bodies = [
    [{ id: 'webhook_a', secret: 'whsec_0123' }, { id: 'webhook_a', secret: 'whsec_…' }],
    [{ data: [{ secret: 'whsec_0123' }, { secret: 'other' }, { secret: null }, 'text', null] }, { data: [{ secret: 'whsec_…' }, { secret: '…' }, { secret: null }, 'text', null] }]
  ]
  for (const [body] of bodies) await journal.add({ ...exchange, responseBody: JSON.stringify(body) })
  const { data: [updated, ...entries] } = (await app.inject('/_mock/requests')).json<{ data: JournalEntry[] }>()
  t.match(updated?.response.body, { metadata: { secret: 'whsec_mine' } })
  t.same(entries.map(({ response }) => response.body), bodies.map(([, shown]) => shown))
})
