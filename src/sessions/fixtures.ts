import { randomBytes } from 'node:crypto'
import { type Static, Type } from '@sinclair/typebox'
import { timestamp } from '../clock.js'
import type { Problem } from '../errors.js'
import { compileCheck } from '../validation.js'
import { captureUrl, type Environment, isOpen, Session } from './session.js'
import { mergeInto, MetadataInput } from './update.js'

/** A session as a fixture file or a test gives it: whatever is left out has a default. */
export const Fixture = Type.Partial(
  Type.Object({ ...Session.properties, metadata: MetadataInput }),
  { additionalProperties: false, description: 'A session; what is left out gets a default' }
)
export type Fixture = Static<typeof Fixture>

/** One fixture or a list. With `if` a problem names its field, where `anyOf` would say that no alternative matches. */
export const Fixtures = Type.Unsafe<Fixture | Fixture[]>({
  if: { type: 'array', items: {} },
  then: { type: 'array', items: Fixture },
  else: Fixture
})

const checkSchema = compileCheck(Type.Array(Fixture))

/** A capture token lives for 20 minutes (the vendor's page on creating sessions). */
const TOKEN_LIFETIME = 20 * 60 * 1000

/** Everything that is wrong with a list of fixtures. */
export function checkFixtures (values: unknown[]): Problem[] {
  const problems = checkSchema(values)
  const mistyped = new Set(problems.map(({ loc: [index] }) => index))
  return [
    ...problems,
    ...values.flatMap((fixture, index) => mistyped.has(index) ? [] : checkFixture(fixture as Fixture, [index])),
    ...checkUnique(values as (Fixture | null)[], [])
  ]
}

/** What the schema cannot say: what one field has to do with another, and one session with another. */
export function checkFixtureRules (value: Fixture | Fixture[], place: Problem['loc'] = []): Problem[] {
  if (!Array.isArray(value)) return checkFixture(value, place)
  return [...value.flatMap((fixture, index) => checkFixture(fixture, [...place, index])), ...checkUnique(value, place)]
}

function checkFixture (fixture: Fixture, place: Problem['loc']): Problem[] {
  return [...checkCapture(fixture, place), ...checkEnvironment(fixture, place)]
}

function checkEnvironment ({ environment, is_sandbox: isSandbox }: Fixture, place: Problem['loc']): Problem[] {
  const implied = impliedSandbox(environment)
  if (isSandbox === undefined || implied === undefined || isSandbox === implied) return []
  return [{ loc: [...place, 'is_sandbox'], msg: `must be ${String(implied)} in ${String(environment)}`, type: 'value_error' }]
}

/** What the ids of our two environments say; those of others say nothing. */
function impliedSandbox (environment: string | undefined): boolean | undefined {
  return environment === 'env_live' ? false : environment === 'env_sandbox' ? true : undefined
}

function checkCapture (fixture: Fixture, place: Problem['loc']): Problem[] {
  if (isOpen(fixture.status ?? 'pending')) return []
  return (['capture_url', 'token_expires_at'] as const)
    .filter(field => (fixture[field] ?? null) !== null)
    .map(field => ({ loc: [...place, field], msg: 'must be null unless the status is pending or capturing', type: 'value_error' }))
}

function checkUnique (fixtures: (Fixture | null)[], place: Problem['loc']): Problem[] {
  const seen = new Set<string | undefined>()
  return fixtures.flatMap((fixture, index) => {
    const id = fixture?.id
    const repeated = id !== undefined && seen.has(id)
    seen.add(id)
    return repeated ? [{ loc: [...place, index, 'id'], msg: `is also the id of a session before it: ${id}`, type: 'value_error' }] : []
  })
}

/**
 * The whole session that a checked fixture stands for.
 * @param now the default of `created_at`, in milliseconds since 1970
 * @param environment where the session belongs when its fixture does not say (`is_sandbox`)
 */
export function completeSession (fixture: Fixture, now: number, environment: Environment = 'sandbox'): Session {
  const id = fixture.id ?? `ses_${randomBytes(10).toString('hex')}`
  const status = fixture.status ?? 'pending'
  const isSandbox = fixture.is_sandbox ?? impliedSandbox(fixture.environment) ?? environment === 'sandbox'
  const createdAt = timestamp(fixture.created_at ?? now)
  const capture = isOpen(status)
    ? { url: captureUrl(id), expiresAt: timestamp(Date.parse(createdAt) + TOKEN_LIFETIME) }
    : { url: null, expiresAt: null }
  const expiresAt = fixture.token_expires_at === undefined ? capture.expiresAt : fixture.token_expires_at
  const defaults: Session = {
    id,
    status,
    is_sandbox: isSandbox,
    environment: isSandbox ? 'env_sandbox' : 'env_live',
    created_at: createdAt,
    updated_at: createdAt,
    external_ref: null,
    metadata: {},
    country: null,
    checks: null,
    workflow_id: null,
    document_type: null,
    retention_status: 'active',
    processing_attempts: 0,
    consent_ip: null,
    capture_url: capture.url,
    token_expires_at: capture.expiresAt,
    case_id: null,
    case_status: null,
    tags: []
  }
  return {
    ...defaults,
    ...fixture,
    created_at: createdAt,
    updated_at: timestamp(fixture.updated_at ?? createdAt),
    metadata: mergeInto({}, fixture.metadata ?? {}),
    token_expires_at: expiresAt === null ? null : timestamp(expiresAt)
  }
}
