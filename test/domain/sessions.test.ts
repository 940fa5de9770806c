import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { checkOf } from '../../src/contract/validation.js'
import { completeResult } from '../../src/domain/fixtures/result-fixture.js'
import { addSessions, findSession, removeSession } from '../../src/domain/sessions/direct.js'
import { mergeMetadata } from '../../src/domain/sessions/metadata.js'
import { environmentOf, isOpen, type Metadata, statuses } from '../../src/domain/sessions/session.js'
import { SessionUpdate, updateSession } from '../../src/domain/sessions/update.js'
import { sessionIn } from '../../src/domain/sessions/visible.js'
import { baseOf, errorOf, memoryStore, NOW, session } from './examples.js'
import { mergeLaws, mergeRules, patch, stored } from './merge-laws.js'

t.test('an update may hold a reference and metadata within its limits, and nothing else', async t => {
  const problemsOf = (update: unknown) => checkOf(SessionUpdate)(update).map(({ loc, type }) => `${loc.join('.')} ${type}`)
  const nested = (levels: number): unknown => levels === 0 ? 1 : { a: nested(levels - 1) }
  for (const allowed of [{}, { external_ref: '' }, { metadata: { a: 'x'.repeat(16_382), b: null, c: nested(1_000) } }]) t.same(problemsOf(allowed), [])
  t.same(problemsOf({ external_ref: 1, metadata: [], status: 'completed' }), ['status extra_forbidden', 'external_ref string_type', 'metadata dict_type'])
  t.same(problemsOf({ metadata: { a: 'x'.repeat(16_383), b: nested(1_001) } }), ['metadata.a too_large', 'metadata.b too_deep'])
})

for (const [name, law] of Object.entries(mergeLaws)) {
  const merge = async (metadata: Metadata, patch: Metadata) => mergeMetadata(metadata, patch)
  t.test(name, async () => fc.assert(fc.asyncProperty(stored, patch, patch, async (...given) => law(merge, ...given))))
}

t.test('a key that is not sent stays by reference, and what is merged is never changed', async () => {
  fc.assert(fc.property(stored, patch, (metadata, patch) => {
    const before = JSON.stringify([metadata, patch])
    const merged = mergeMetadata(metadata, patch)
    assert.equal(JSON.stringify([metadata, patch]), before)
    for (const [key, value] of Object.entries(metadata)) if (!Object.hasOwn(patch, key)) assert.equal(merged[key], value)
  }))
})

for (const [name, rule] of Object.entries(mergeRules)) {
  t.test(name, async t => rule(t, async parts => memoryStore(parts)))
}

t.test('only one level is merged: nulls further down are data', async t => {
  t.same(mergeMetadata({ a: { x: 1, y: 2 } }, { a: { y: null } }), { a: { y: null } })
  t.same(mergeMetadata({ a: [1, 2] }, { a: [null] }), { a: [null] })
})

t.test('an update makes the next version of a session, and shares what did not change', async t => {
  const before = session({ external_ref: 'old', metadata: { a: { b: 1 } }, tags: ['x'] })
  const text = JSON.stringify(before)
  const { puts, events, response } = updateSession(before, { metadata: { c: 1 } }, NOW + 1000)
  const after = { ...before, updated_at: '2026-03-01T12:00:01.000Z', metadata: { a: { b: 1 }, c: 1 } }
  t.same(puts, { sessions: [after] })
  t.same(events, [{ type: 'session.updated', session_id: 'ses_a', before, after }])
  t.same(response, { status: 200, body: after })
  t.equal(response.body.tags, before.tags)
  t.equal(JSON.stringify(before), text)
})

t.test('an update changes what it names only, and always the time', async t => {
  const before = session({ external_ref: 'old', metadata: { a: 1 } })
  const updated = updateSession(before, {}, NOW + 1).response.body
  t.same(updated, { ...before, updated_at: '2026-03-01T12:00:00.001Z' })
  t.equal(updated.metadata, before.metadata)
  t.match(updateSession(before, { external_ref: '' }, NOW).response.body, { external_ref: '', metadata: { a: 1 } })
})

t.test('a redacted session cannot be updated', async t => {
  const error = await errorOf(t, () => updateSession(session({ retention_status: 'redacted' }), {}, NOW))
  t.match(error, { code: 'validation_error', statusCode: 422 })
  t.equal(updateSession(session({ retention_status: 'sensitive_redacted' }), {}, NOW).response.status, 200)
})

t.test('an API key sees the sessions of its environment', async t => {
  const [sandbox, live] = [session(), session({ is_sandbox: false })]
  t.same([sandbox, live].map(environmentOf), ['sandbox', 'live'])
  t.equal(sessionIn('sandbox', 'ses_a', sandbox), sandbox)
  t.equal(sessionIn('live', 'ses_a', live), live)
  const hidden = [() => sessionIn('live', 'ses_a', sandbox), () => sessionIn('sandbox', 'ses_a', live), () => sessionIn('live', 'ses_b', undefined)]
  const errors = await Promise.all(hidden.map(async look => errorOf(t, look)))
  t.same(errors.map(({ detail }) => detail), Array(3).fill('Session not found.'), 'the response does not say why')
  t.same(errors.map(({ reason }) => reason),
    ['ses_a is a sandbox session, the API key is live', 'ses_a is a live session, the API key is sandbox', 'no session has the ID "ses_b"'])
})

t.test('a session can be captured while it is pending or capturing', async t => {
  t.same(statuses.filter(isOpen), ['pending', 'capturing'])
})

t.test('a session is added and removed with its result', async t => {
  const store = memoryStore()
  const added = session({ status: 'failed' })
  await addSessions(store, { sessions: [added], results: [completeResult({}, added)] })
  t.same(await store.list('results'), [completeResult({}, added)])
  await removeSession(store, 'ses_a')
  t.equal(await store.count('results'), 0)
})

t.test('a test adds, finds and removes sessions of either environment', async t => {
  const store = memoryStore({ sessions: baseOf('ses_a') })
  const live = session({ id: 'ses_live', is_sandbox: false })
  await addSessions(store, { sessions: [live, session({ id: 'ses_b' })] })
  t.equal(await findSession(store, 'ses_live'), live)
  t.match(await errorOf(t, async () => addSessions(store, { sessions: [session({ id: 'ses_c' }), live] })),
    { code: 'conflict', statusCode: 409, detail: 'Session ses_live already exists.' })
  t.equal(await store.count('sessions'), 3, 'nothing was added')
  await removeSession(store, 'ses_live')
  for (const call of [removeSession, findSession]) {
    t.match(await errorOf(t, async () => call(store, 'ses_live')), { code: 'not_found', detail: 'Session not found.' })
  }
  await addSessions(store, { sessions: [] })
  t.equal(await store.count('sessions'), 2)
})
