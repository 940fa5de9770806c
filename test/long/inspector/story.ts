import type { VerifaMock } from '../../../src/index.js'
import { request } from './open.js'

/** When the story begins, on the clock of the mock. */
const BEGIN = '2026-03-12T09:24:10.000Z'

/** The sessions that a mock with the story starts with. */
export const fixtures = [
  { id: 'ses_5b1e0c7d9a24f6830e1c', status: 'completed', external_ref: 'order-1046', country: 'AT', tags: ['onboarding'], created_at: '2026-03-12T08:41:02.310Z', result: {} },
  { id: 'ses_c07f3a9e1d5b4826a0f7', status: 'under_review', external_ref: 'order-1047', country: 'FR', tags: ['onboarding', 'manual'], created_at: '2026-03-12T08:58:47.021Z', result: { status: 'needs_review' } },
  { id: 'ses_91d4e6b82f0c7a35d6e8', status: 'pending', external_ref: 'order-1048', country: 'DE', checks: ['document', 'face_match'], workflow_id: 'wf_standard', metadata: { plan: 'free', trial: true }, tags: ['onboarding'], created_at: '2026-03-12T09:12:20.640Z' },
  { id: 'ses_2ac8f5017be94d63c1b2', status: 'capturing', external_ref: 'order-1049', country: 'ES', document_type: 'passport', created_at: '2026-03-12T09:16:33.118Z' },
  { id: 'ses_7e30b6d9c84a1f52e9d0', status: 'processing', external_ref: 'order-1050', country: 'DE', document_type: 'id_card', created_at: '2026-03-12T09:19:05.402Z' }
] as const

const [, , pending, capturing] = fixtures.map(({ id }) => id) as [string, string, string, string]

/**
 * An afternoon of a shop that tests its integration, so that every view has something to show: updates, a replay, refusals, webhooks, and
 * faults.
 * @param hook where the webhooks go
 * @returns the sessions that were created
 */
export async function tellStory (mock: VerifaMock, hook: string): Promise<string[]> {
  const update = async (id: string, body: unknown, headers?: Record<string, string>) => request(mock, 'PATCH', `/sessions/${id}`, body, headers)
  const wait = async (span: string) => mock.clock.advance(span)
  await mock.clock.freeze(BEGIN)
  await request(mock, 'POST', '/webhooks/endpoints', { url: hook, label: 'Orders', enabled_events: ['session.approved', 'session.declined', 'session.expired'] })
  await wait('2s')
  const created = await request(mock, 'POST', '/sessions', { external_ref: 'order-1051', country: 'NL', metadata: { plan: 'gold' } }, { 'idempotency-key': 'create-order-1051' })
  const { id } = await created.json() as { id: string }
  await wait('3140ms')
  await request(mock, 'GET', '/sessions?limit=20')
  await wait('5s')
  await update('ses_unknown', { external_ref: 'order-1052' })
  await wait('2310ms')
  await update(pending, { metadata: { plan: 3 }, externalref: 'order-1048' })
  await wait('4s')
  const change = { external_ref: 'order-1048', metadata: { plan: 'gold', trial: null, seats: 4 } }
  await update(pending, change, { 'idempotency-key': 'upgrade-order-1048' })
  await wait('380ms')
  await update(pending, change, { 'idempotency-key': 'upgrade-order-1048' })
  await wait('6s')
  await request(mock, 'POST', `/sessions/${capturing}/simulate`, { action: 'approve' })
  await mock.webhooks.settled()
  await wait('1200ms')
  await request(mock, 'GET', `/sessions/${capturing}/result`)
  await wait('3s')
  await mock.faults.add({ match: { operation: 'updateSession', session_id: id }, then: { status: 503, detail: 'The database is being moved.' }, times: 1 })
  await update(id, { tags: ['vip'] })
  await wait('2s')
  await request(mock, 'POST', `/sessions/${id}/simulate`, { action: 'decline' })
  await mock.webhooks.settled()
  await wait('1s')
  await update(id, { external_ref: 'order-1051-b' })
  await wait('700ms')
  await update(pending, { metadata: { seats: 5 } }, { 'x-api-key': 'vk_wrong' })
  await wait('2s')
  await mock.faults.add({ match: { event: 'session.approved' }, then: { webhook: 'duplicate' }, times: null })
  await mock.faults.add({ match: { operation: 'createSession' }, then: { delay_ms: 2_000 }, times: 3, skip: 1 })
  return [id]
}
