// Code as a user of openapi-fetch writes it, against a mock that responds in snake case and one that responds in camel case.
import assert from 'node:assert/strict'
import createClient from 'openapi-fetch'
import type { paths as CamelPaths } from '../generated/openapi-fetch/camel.js'
import type { components, paths } from '../generated/openapi-fetch/snake.js'

type Session = components['schemas']['Session']

const [baseUrl = '', camelUrl = ''] = process.argv.slice(2)
const mock = createClient<paths>({ baseUrl })
const api = createClient<paths>({ baseUrl, headers: { 'X-API-Key': 'vk_sandbox_test' } })
const path = { session_id: 'ses_mine' }

// a new session
const seeded = await mock.POST('/_mock/sessions', { body: { id: 'ses_mine', status: 'under_review', metadata: { plan: 'free', trial: true } } })
assert.equal(seeded.response.status, 201)

// an update, with a key
const body = { external_ref: 'order-7', metadata: { plan: 'gold', trial: null } }
const first = await api.PATCH('/api/v1/sessions/{session_id}', { params: { path, header: { 'Idempotency-Key': 'k1' } }, body })
assert.ok(first.data)
const session: Session = first.data
const reference: string | null = session.external_ref
assert.equal(reference, 'order-7')
assert.deepEqual(session.metadata, { plan: 'gold' })
assert.ok(['under_review', 'completed'].includes(session.status))
// @ts-expect-error there is no such status
const impossible: Session['status'] = 'lost'
assert.notEqual(session.status, impossible)

// the same again is a replay
const again = await api.PATCH('/api/v1/sessions/{session_id}', { params: { path, header: { 'Idempotency-Key': 'k1' } }, body })
assert.deepEqual(again.data, first.data)
assert.equal(again.response.headers.get('Idempotent-Replayed'), 'true')

// another body with the same key
const mismatch = await api.PATCH('/api/v1/sessions/{session_id}', {
  params: { path, header: { 'Idempotency-Key': 'k1' } }, body: { external_ref: 'order-8' }
})
assert.equal(mismatch.error?.status_code, 422)
assert.equal(mismatch.error.error, 'idempotency_mismatch')

// the mock refuses what the types forbid, and names the field
const wrong = await api.PATCH('/api/v1/sessions/{session_id}', {
  params: { path },
  // @ts-expect-error a reference is a string
  body: { external_ref: 7 }
})
const { detail } = wrong.error ?? {}
assert.ok(Array.isArray(detail))
assert.deepEqual(detail.map(({ loc, type }) => [loc, type]), [[['body', 'external_ref'], 'string_type']])

const absent = await api.PATCH('/api/v1/sessions/{session_id}', { params: { path: { session_id: 'ses_nowhere' } }, body: {} })
assert.equal(absent.response.status, 404)
assert.equal(absent.error?.detail, 'Session not found.')

const stranger = await mock.PATCH('/api/v1/sessions/{session_id}', { params: { path }, body: {} })
assert.equal(stranger.error?.status_code, 401)

// a fault: one response is an error, the next is not
const fault = await mock.POST('/_mock/faults', { body: { match: { session_id: 'ses_mine' }, then: { status: 503, headers: { 'Retry-After': '1' } } } })
assert.equal(fault.data?.remaining, 1)
const failed = await api.PATCH('/api/v1/sessions/{session_id}', { params: { path }, body: {} })
assert.equal(failed.response.status, 503)
assert.equal((await api.PATCH('/api/v1/sessions/{session_id}', { params: { path }, body: {} })).response.status, 200)

// the clock: a day later the key is new again
const day = await mock.POST('/_mock/clock', { body: { advance: '24h' } })
assert.equal(day.data?.frozen, false)
const fresh = await api.PATCH('/api/v1/sessions/{session_id}', { params: { path, header: { 'Idempotency-Key': 'k1' } }, body })
assert.equal(fresh.response.headers.get('Idempotent-Replayed'), null)

// the journal, and an expectation
const { data: journal } = await mock.GET('/_mock/requests', { params: { query: { session_id: 'ses_mine', idempotency_key: 'k1' } } })
assert.deepEqual(journal?.data.map(({ status, replayed }) => [status, replayed]), [[200, false], [200, true], [422, false], [200, false]])
assert.equal(journal.data[0]?.changes[0]?.after.external_ref, 'order-7')
const met = await mock.POST('/_mock/requests/verify', { body: { match: { status: 404 }, count: 1 } })
assert.equal(met.data?.matched, 1)
const unmet = await mock.POST('/_mock/requests/verify', { body: { match: { status: 418 } } })
assert.equal(unmet.error?.status_code, 409)

// the casing: each has its own document and types
const camel = createClient<CamelPaths>({ baseUrl: camelUrl, headers: { 'X-API-Key': 'vk_sandbox_test' } })
const updated = await camel.PATCH('/api/v1/sessions/{session_id}', {
  params: { path: { session_id: 'ses_pending' } }, body: { externalRef: 'order-9', metadata: { a_b: 1 } }
})
assert.equal(updated.data?.externalRef, 'order-9')
assert.equal(updated.data.metadata['a_b'], 1)
const lost = await camel.PATCH('/api/v1/sessions/{session_id}', { params: { path: { session_id: 'ses_nowhere' } }, body: {} })
assert.equal(lost.error?.statusCode, 404)

// a reset
const reset = await mock.POST('/_mock/reset')
assert.equal(reset.response.status, 204)
const gone = await mock.GET('/_mock/sessions/{session_id}', { params: { path } })
assert.equal(gone.error?.status_code, 404)
