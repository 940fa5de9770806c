// Code as a user of @hey-api/openapi-ts writes it, against a mock that responds in snake case and one that responds in camel case.
import assert from 'node:assert/strict'
import { createClient as createCamelClient } from '../generated/hey-api/camel/client/index.js'
import { updateSession as updateInCamelCase } from '../generated/hey-api/camel/index.js'
import { createClient } from '../generated/hey-api/snake/client/index.js'
import {
  addFault, changeClock, type ErrorBody, listRequests, type Problem, readSession, reset, seedSessions, type Session, updateSession, verifyRequests
} from '../generated/hey-api/snake/index.js'

const [baseUrl = '', camelUrl = ''] = process.argv.slice(2)
const client = createClient({ baseUrl, auth: ({ name }) => name === 'X-API-Key' ? 'vk_sandbox_test' : undefined })
const stranger = createClient({ baseUrl })
const path = { session_id: 'ses_mine' }
const headers = { 'Idempotency-Key': 'k1' }

// a new session
const seeded = await seedSessions({ client, body: [{ id: 'ses_mine', status: 'under_review', metadata: { plan: 'free', trial: true } }] })
assert.equal(seeded.response?.status, 201)

// an update, with a key
const body = { external_ref: 'order-7', metadata: { plan: 'gold', trial: null } }
const first = await updateSession({ client, path, headers, body })
assert.ok(first.data)
const session: Session = first.data
const reference: string | null = session.external_ref
assert.equal(reference, 'order-7')
assert.deepEqual(session.metadata, { plan: 'gold' })
const { status }: { status: 'pending' | 'capturing' | 'processing' | 'completed' | 'expired' | 'failed' | 'awaiting_external' | 'under_review' | 'sandbox_pending' } = session
assert.equal(status, 'under_review')

// the same again is a replay
const again = await updateSession({ client, path, headers, body })
assert.deepEqual(again.data, first.data)
assert.equal(again.response?.headers.get('Idempotent-Replayed'), 'true')

// another body with the same key
const { error: mismatch } = await updateSession({ client, path, headers, body: { external_ref: 'order-8' } })
const refusal: ErrorBody | undefined = mismatch
assert.equal(refusal?.error, 'idempotency_mismatch')
assert.equal(refusal.status_code, 422)

// the mock refuses what the types forbid, and names the field
const wrong = await updateSession({
  client,
  path,
  // @ts-expect-error a reference is a string
  body: { external_ref: 7 }
})
assert.ok(Array.isArray(wrong.error?.detail))
const problems: Problem[] = wrong.error.detail
assert.deepEqual(problems.map(({ loc, type }) => [loc, type]), [[['body', 'external_ref'], 'string_type']])

const absent = await updateSession({ client, path: { session_id: 'ses_nowhere' }, body: {} })
assert.equal(absent.response?.status, 404)
assert.equal(absent.error?.detail, 'Session not found.')

const unknown = await updateSession({ client: stranger, path, body: {} })
assert.equal(unknown.error?.status_code, 401)

// a fault: one response is an error, the next is not
const fault = await addFault({ client, body: { match: { session_id: 'ses_mine' }, then: { status: 503 } } })
assert.equal(fault.data?.remaining, 1)
assert.equal((await updateSession({ client, path, body: {} })).response?.status, 503)
assert.equal((await updateSession({ client, path, body: {} })).response?.status, 200)

// the clock: a day later the key is new again
const day = await changeClock({ client, body: { advance: '24h' } })
assert.equal(day.data?.frozen, false)
const fresh = await updateSession({ client, path, headers, body })
assert.equal(fresh.response?.headers.get('Idempotent-Replayed'), null)

// the journal, and an expectation
const { data: journal } = await listRequests({ client, query: { session_id: 'ses_mine', idempotency_key: 'k1' } })
assert.deepEqual(journal?.data.map(({ status, replayed }) => [status, replayed]), [[200, false], [200, true], [422, false], [200, false]])
assert.equal(journal.data[0]?.changes[0]?.after.external_ref, 'order-7')
assert.equal((await verifyRequests({ client, body: { match: { status: 404 }, count: 1 } })).data?.matched, 1)
assert.equal((await verifyRequests({ client, body: { match: { status: 418 } } })).error?.status_code, 409)

// the casing: each has its own document and types
const camel = createCamelClient({ baseUrl: camelUrl, auth: 'vk_sandbox_test' })
const updated = await updateInCamelCase({ client: camel, path: { session_id: 'ses_pending' }, body: { externalRef: 'order-9', metadata: { a_b: 1 } } })
assert.equal(updated.data?.externalRef, 'order-9')
assert.equal(updated.data.metadata['a_b'], 1)
const lost = await updateInCamelCase({ client: camel, path: { session_id: 'ses_nowhere' }, body: {} })
assert.equal(lost.error?.statusCode, 404)

// a reset
assert.equal((await reset({ client })).response?.status, 204)
assert.equal((await readSession({ client, path })).error?.status_code, 404)
