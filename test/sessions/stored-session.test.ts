import fc from 'fast-check'
import t from 'tap'
import { keyInflections } from '../../src/casing.js'
import { serializerOf } from '../../src/serialization.js'
import { completeSession } from '../../src/sessions/fixtures.js'
import { captureUrl, retentionStatuses, Session, statuses } from '../../src/sessions/session.js'
import { StoredSession } from '../../src/sessions/stored-session.js'
import { heapInUse } from '../heap.js'

const text = fc.string({ unit: 'grapheme' })
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null })
const changing = fc.record({ external_ref: maybe(text), metadata: fc.dictionary(fc.oneof(text, fc.constantFrom('__proto__', 'toJSON', '1')), fc.jsonValue()) })
const id = fc.string({ unit: fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), fc.constantFrom('"', '\\', '/')), minLength: 1 })
const session = fc.record({
  id,
  status: fc.constantFrom(...statuses),
  is_sandbox: fc.boolean(),
  environment: text,
  country: maybe(text),
  checks: maybe(fc.array(text)),
  retention_status: fc.constantFrom(...retentionStatuses, null),
  processing_attempts: maybe(fc.integer()),
  capture_url: fc.option(maybe(text), { nil: undefined }),
  tags: fc.array(text)
}).map((fields): Session => ({ ...completeSession({ id: 'ses_x' }, 0), ...fields, capture_url: fields.capture_url ?? captureUrl(fields.id) }))
const casings = fc.shuffledSubarray([...keyInflections], { minLength: keyInflections.length })

t.test('its text is what the schema\'s serializer writes, in every casing, whatever it has become', async () => {
  fc.assert(fc.property(session, changing, casings, (session, changes, inflections) => {
    const first = StoredSession.of(session)
    const next = first.with('2026-02-01T00:00:00.000Z', JSON.stringify(changes.external_ref), JSON.stringify(changes.metadata))
    const updated: Session = { ...session, ...changes, updated_at: '2026-02-01T00:00:00.000Z' }
    return inflections.every(inflection => next.toText(inflection) === serializerOf(Session, inflection)(updated) &&
      first.toText(inflection) === serializerOf(Session, inflection)(session))
  }))
})

t.test('sessions that are alike but for their ids and what an update changes do not get into each other\'s text', async () => {
  fc.assert(fc.property(session, id, changing, casings, (one, id, changes, inflections) => {
    const other = { ...one, ...changes, id, capture_url: one.capture_url === captureUrl(one.id) ? captureUrl(id) : one.capture_url }
    const pairs = [one, other].map(session => [session, StoredSession.of(session)] as const)
    return inflections.every(inflection => pairs.every(([session, stored]) =>
      stored.toText(inflection) === serializerOf(Session, inflection)(session)))
  }))
})

t.test('sessions that are alike but for their ids share their text', async t => {
  const count = 10_000
  const tags = ['x'.repeat(1_000)]
  const before = await heapInUse()
  const sessions = Array.from({ length: count }, (_, index) => StoredSession.of(completeSession({ id: `ses_${index}`, tags }, 0)))
  t.ok((await heapInUse() - before) / count < tags.join('').length, 'none has a text of its own')
  t.equal(sessions.length, count)
})

t.test('its fields are those of the session that it was made of', async () => {
  fc.assert(fc.property(session, session => JSON.stringify(StoredSession.of(session)) === JSON.stringify(session)))
})
