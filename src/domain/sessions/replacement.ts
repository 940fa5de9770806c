import type { Problem } from '../../contract/errors.js'
import { completeFixtures } from '../fixtures/complete-fixtures.js'
import { checkFixtureRules, type Fixture } from '../fixtures/fixture.js'
import type { NamedFixture } from '../fixtures/fixture-set.js'
import type { Changes } from '../store.js'
import type { CaptureToken } from './capture.js'
import { expiriesAfter, expiryId } from './expiry.js'
import { environmentOf, type Session } from './session.js'

/** The values that complete the fixture that replaces a session. */
export interface ReplacementParts {
  /** The time, in milliseconds since 1970. */
  now: number
  /** The mock's public URL, for the default of `capture_url`. */
  publicUrl: string | undefined
}

/** The problems of a fixture that replaces a session, besides those that its schema finds. */
export function checkReplacement (id: string, fixture: Fixture, place: Problem['loc']): Problem[] {
  const ofId: Problem[] = fixture.id === undefined || fixture.id === id
    ? []
    : [{ loc: [...place, 'id'], msg: `must be ${id}, as in the path`, type: 'value_error' }]
  return [...ofId, ...checkFixtureRules({ ...fixture, id }, place)]
}

/**
 * Replaces a session with a checked fixture. Fields that the fixture leaves out get defaults, except for the environment, which stays.
 * @param tokens the earlier tokens of the session
 */
export function replacementOf (
  before: Session, tokens: readonly CaptureToken[], fixture: NamedFixture, { now, publicUrl }: ReplacementParts
): Changes & { after: Session } {
  const { id } = before
  const documents = completeFixtures([fixture], now, environmentOf(before), publicUrl)
  return {
    deletes: { results: [id], captures: [id], links: [id], tokens: tokens.map(token => token.id), due: [expiryId(id)] },
    puts: { ...documents, due: expiriesAfter(now, documents.sessions) },
    after: documents.sessions[0] as Session
  }
}
