import fc from 'fast-check'
import t from 'tap'
import { keyInflections } from '../../src/casing.js'
import { serializerOf } from '../../src/serialization.js'
import { completeSession } from '../../src/sessions/fixtures.js'
import { Session, statuses } from '../../src/sessions/session.js'
import { StoredSession } from '../../src/sessions/stored-session.js'

const text = fc.string({ unit: 'grapheme' })
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null })
const changing = fc.record({ external_ref: maybe(text), metadata: fc.dictionary(fc.oneof(text, fc.constantFrom('__proto__', 'toJSON', '1')), fc.jsonValue()) })
const session = fc.record({
  id: fc.string({ minLength: 1 }),
  status: fc.constantFrom(...statuses),
  is_sandbox: fc.boolean(),
  environment: text,
  country: maybe(text),
  checks: maybe(fc.array(text)),
  processing_attempts: maybe(fc.integer()),
  tags: fc.array(text)
}).map((fields): Session => ({ ...completeSession({ id: 'ses_x' }, 0), ...fields }))

t.test('its text is what the schema\'s serializer writes, in every casing, whatever it has become', async () => {
  const casings = fc.shuffledSubarray([...keyInflections], { minLength: keyInflections.length })
  fc.assert(fc.property(session, changing, casings, (session, changes, inflections) => {
    const first = StoredSession.of(session)
    const next = first.with('2026-02-01T00:00:00.000Z', JSON.stringify(changes.external_ref), changes.metadata)
    const updated: Session = { ...session, ...changes, updated_at: '2026-02-01T00:00:00.000Z' }
    return inflections.every(inflection => next.toText(inflection) === serializerOf(Session, inflection)(updated) &&
      first.toText(inflection) === serializerOf(Session, inflection)(session))
  }))
})

t.test('its fields are those of the session that it was made of', async () => {
  fc.assert(fc.property(session, session => JSON.stringify(StoredSession.of(session)) === JSON.stringify(session)))
})
