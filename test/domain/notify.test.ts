import t from 'tap'
import { timestamp } from '../../src/contract/time.js'
import type { Event } from '../../src/domain/events.js'
import { generateOneTimeLink } from '../../src/domain/sessions/one-time-link.js'
import { changeSession } from '../../src/domain/sessions/direct.js'
import { simulateDirectly } from '../../src/domain/sessions/direct-simulation.js'
import { simulateSession } from '../../src/domain/sessions/simulate.js'
import { updateSession } from '../../src/domain/sessions/update.js'
import type { EndpointDocument } from '../../src/domain/webhooks/endpoint.js'
import { deliveriesOf, wants } from '../../src/domain/webhooks/notify.js'
import { payloadOf } from '../../src/domain/webhooks/payload.js'
import type { World } from '../../src/domain/world.js'
import { NOW, read, session } from './examples.js'
import { countingNotify, endpoint } from './notify-examples.js'
import { workspaceOf } from './workspace-of.js'

const approve = simulateSession(session({ external_ref: 'order-7' }), 'approve', () => 'case_1', NOW)

t.test('an event becomes one delivery for each endpoint, with the same key, and is sent when the delay is over', async t => {
  const [a, b] = countingNotify()(approve, [endpoint(), endpoint({ id: 'webhook_b', url: 'http://localhost/b', key_inflection: 'camel' })], NOW)
  t.match(a, {
    id: 'whd_1',
    endpoint_id: 'webhook_a',
    environment: 'sandbox',
    event: 'session.approved',
    session_id: 'ses_a',
    url: 'http://127.0.0.1:9/hooks',
    status: 'pending',
    attempts: [],
    created_at: timestamp(NOW),
    next_attempt_at: timestamp(NOW + 60_000),
    held: false
  })
  t.match(JSON.parse(a?.body ?? ''), { event: 'session.approved', idempotency_key: 'idk_1', external_ref: 'order-7', result: { extracted_age: 28 } })
  t.match([b?.id, b?.endpoint_id, b?.url, JSON.parse(b?.body ?? '')],
    ['whd_2', 'webhook_b', 'http://localhost/b', { idempotencyKey: 'idk_1', result: { extractedAge: 28 } }])
  t.ok(a !== undefined && a.bytes > a.body.length)
})

t.test('the options choose form and delay; events come one after the other', async t => {
  const { puts = {}, events } = approve
  const notify = countingNotify({ payload: 'nested', delay: () => 0 })
  const deliveries = notify({ puts, events: [...events, { ...events[0] as Event, type: 'session.redacted' }] },
    [endpoint(), endpoint({ id: 'webhook_b' })], NOW)
  t.same(deliveries.map(({ id, event, endpoint_id, next_attempt_at }) => [id, event, endpoint_id, next_attempt_at]), [
    ['whd_1', 'session.approved', 'webhook_a', timestamp(NOW)],
    ['whd_2', 'session.approved', 'webhook_b', timestamp(NOW)],
    ['whd_3', 'session.redacted', 'webhook_a', timestamp(NOW)],
    ['whd_4', 'session.redacted', 'webhook_b', timestamp(NOW)]
  ])
  t.match(JSON.parse(deliveries[2]?.body ?? ''), { data: { idempotency_key: 'idk_2', status: 'completed' }, created_at: timestamp(NOW) })
})

t.test('nothing is made of an event that is not sent, or without endpoints', async t => {
  t.same(countingNotify()(updateSession(session(), { external_ref: 'a' }, NOW), [endpoint()], NOW), [])
  t.same(countingNotify()(approve, [], NOW), [])
})

t.test('an endpoint receives the events of its environment that match its filters', async t => {
  const payload = payloadOf({
    event: 'session.approved', environment: 'sandbox', key: 'idk_1', session: session({ external_ref: 'order-7' }), result: approve.puts?.results?.[0]?.result
  })
  const wanted = (parts: Partial<EndpointDocument>) => wants(endpoint(parts), 'sandbox', payload)
  const filtered = (conditions: Record<string, unknown>) => wanted({ event_filter_conditions: conditions })
  for (const names of [[], ['*'], ['session.approved'], ['session.created', 'session.approved']]) t.ok(wanted({ enabled_events: names }))
  for (const names of [['session.created'], ['session.*'], ['session']]) t.notOk(wanted({ enabled_events: names }))
  t.notOk(wanted({ enabled: false }))
  t.notOk(wanted({ environment: 'live' }))
  for (const conditions of [
    {}, { external_ref: 'order-7' }, { 'status': 'approved', 'result.extracted_age': 28, 'identity_id': null, 'is_sandbox': true },
    { 'result.extracted_data.first_name': 'Jane', 'event': 'session.approved' }
  ]) t.ok(filtered(conditions), JSON.stringify(conditions))
  for (const conditions of [
    { external_ref: 'order-8' }, { external_ref: 'order-7', status: 'rejected' }, { 'result.extracted_age': '28' }, { result: {} },
    { none: null }, { 'event.length': 16 }, { toString: null }
  ]) t.notOk(filtered(conditions), JSON.stringify(conditions))
  t.ok(filtered({ 'result.extracted_data': approve.puts?.results?.[0]?.result.extracted_data }), 'values are compared at any depth')
  t.ok(wanted({ attribute_blocklist: ['external_ref'], event_filter_conditions: { external_ref: 'order-7' } }), 'filters see what is not sent')
})

t.test('endpoints that want a payload alike share the text of its body', async t => {
  const payload = payloadOf({ event: 'order.shipped', environment: 'sandbox', key: 'idk_1', session: undefined })
  const options = { payload: 'flat', newDeliveryId: () => 'whd_1', delay: () => 0 } as const
  const bodies = deliveriesOf(payload, [endpoint(), endpoint({ attribute_blocklist: ['status'] }), endpoint({ enabled: false })], NOW, options)
  t.same(bodies.map(({ body }) => 'status' in (JSON.parse(body) as object)), [true, false, true])
})

/** A world with a session and an endpoint, in which nothing is sent. */
async function worldWith (...endpoints: EndpointDocument[]): Promise<World> {
  const { world } = workspaceOf([{ id: 'ses_a' }])
  await world.webhooks.hold()
  await world.store.transact({}, () => ({ puts: { endpoints } }))
  return world
}

t.test('a token that runs out notifies, at the time at which it does', async t => {
  const world = await worldWith(endpoint(), endpoint({ id: 'webhook_b', environment: 'live' }))
  const expiry = NOW + 20 * 60_000
  await world.timeline.moveTo({ set: expiry + 1 })
  t.match(await world.store.list('deliveries'), [{ event: 'session.expired', created_at: timestamp(expiry) }])
  t.match(await read(world.store, { sessions: ['ses_a'] }), { sessions: [{ status: 'expired' }] })
})

t.test('a token that had been replaced notifies nobody', async t => {
  const world = await worldWith(endpoint())
  await world.store.transact({}, () => ({ puts: { sessions: [session({ token_expires_at: timestamp(NOW + 3_600_000) })] } }))
  await world.timeline.moveTo({ advance: 20 * 60_000 })
  t.same(await world.store.list('deliveries'), [])
})

t.test('a change by the control plane notifies, and waits for what its response has to wait for', async t => {
  const world = await worldWith(endpoint())
  const waited: unknown[] = []
  Object.assign(world.webhooks, { beforeResponse: async (outcome: unknown) => waited.push(outcome) })
  await changeSession(world, 'ses_a', (before, now) => simulateDirectly(before, { action: 'decline' }, () => 'case_1', now))
  t.match(await world.store.list('deliveries'), [{ event: 'session.declined', session_id: 'ses_a' }])
  t.match(waited, [{ deliveries: [{ event: 'session.declined' }] }])
})

t.test('a link is an event of a session that stays as it is', async t => {
  const link = generateOneTimeLink(session(), undefined, { id: 'lnk_1', captureUrl: 'http://mock/verify/cap_1', minutes: null, now: NOW })
  t.match(countingNotify()(link, [endpoint()], NOW).map(({ body }) => JSON.parse(body) as unknown), [{ event: 'session.link_generated', status: 'pending' }])
})
