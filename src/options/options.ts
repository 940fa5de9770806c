import { type Static, Type } from '@sinclair/typebox'
import { keyInflections, type KeyInflection } from '../contract/casing.js'
import { nearest } from '../contract/nearest.js'
import type { State } from '../domain/state.js'
import { bundledFixtures } from '../own-package.js'
import type { Fixture } from '../domain/fixtures/fixture.js'
import { checkOptions, OptionsError } from './check.js'

/** The options of a mock. All are optional where they are passed in; a wrong one throws an `OptionsError`. */
export interface Options {
  /** TCP port to listen on, 0 to 65535; 0 takes any free one. Default: 4010; `startVerifaMock` uses 0. */
  port: number

  /** Address or host name to listen on, such as `'0.0.0.0'` for every IPv4 address. Default: `'127.0.0.1'`. */
  host: string

  /**
   * Sessions to start with: the path of a JSON file or of a folder of JSON files, or in code also a fixture, a list of
   * fixtures or a saved state. Every reset goes back to them. Default: the sessions that come with verifa-mock. Fixtures
   * that cannot be used throw a `FixtureError`.
   */
  fixtures: string | Fixture | readonly Fixture[] | State

  /** Least severity that is logged; `'silent'` prints nothing. Default: `'info'`; `startVerifaMock` uses `'silent'`. */
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'

  /**
   * API keys to accept, each as `KEY` or, for a secret key that has fewer scopes than all, as `KEY=SCOPE+SCOPE`:
   * `'vk_sandbox_abc=sessions:read+sessions:write'`. Default: `[]`, which accepts every well-formed key.
   */
  apiKeys: string[]

  /** What happens to fields of a body that cannot be set: the request is rejected with a 422, or they are ignored. Default: `'reject'`. */
  unknownFields: 'reject' | 'ignore'

  /** Casing of the keys of a response whose request has no `Key-Inflection` header. Default: `'snake'`. */
  defaultKeyInflection: KeyInflection

  /** How many idempotency keys a workspace keeps, 1 to 10,000,000; one more evicts the oldest. Default: 100,000. */
  maxIdempotencyKeys: number

  /** How many bytes the idempotency keys of a workspace hold, about; more evict the oldest. Default: 268,435,456 (256 MiB). */
  maxIdempotencyBytes: number

  /**
   * Whether each API key has a workspace of its own (sessions, idempotency keys, journal, faults and clock) or all share
   * one. Default: `'none'`.
   */
  isolation: 'none' | 'api-key'

  /** How many workspaces are kept, 1 to 1,000,000; one more evicts the least recently used. Default: 10,000. */
  maxWorkspaces: number

  /** How many requests a journal keeps, 1 to 10,000,000; one more evicts the oldest. Default: 500. */
  maxJournalEntries: number

  /** How many bytes a journal holds, about; more evict the oldest requests. Default: 33,554,432 (32 MiB). */
  maxJournalBytes: number

  /** Whether the control plane is served under `/_mock`; without it only `/_mock/health` is. Default: `true`. */
  control: boolean

  /** Token that requests to the control plane must send as `Authorization: Bearer <token>`. Default: none is needed. */
  controlToken?: string

  /**
   * Host names, without a port, under which the control plane may be called besides loopback and the address listened
   * on. Default: `[]`.
   */
  allowedHosts: string[]

  /** Whether fixtures are read again when their files change. Needs `fixtures` to be a path. Default: `false`. */
  watch: boolean
}
export type OptionName = keyof Options

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/** What an API key may be allowed to do. */
export const scopes = [
  'sessions:read', 'sessions:create', 'sessions:write', 'verifications:read', 'redact:write', 'webhooks:read', 'webhooks:write'
] as const

function choice<const T extends string> (values: readonly T[], defaultValue: T, description: string, placeholder = values.join('|')) {
  return Type.Unsafe<T>({ 'type': 'string', 'enum': values, 'default': defaultValue, description, 'x-placeholder': placeholder })
}

function count (maximum: number, defaultValue: number, description: string) {
  return Type.Integer({ minimum: 1, maximum, default: defaultValue, description })
}

/**
 * The schema of the options. The flags, the environment variables, the help and the check of what `buildApp` is passed
 * come from it; a description is that of the flag. A test keeps it equal to the interface and to the documentation.
 */
export const Options = Type.Object({
  port: Type.Integer({ minimum: 0, maximum: 65_535, default: 4010, description: 'TCP port to listen on; 0 takes any free one' }),
  host: Type.String({
    'minLength': 1, 'default': '127.0.0.1', 'description': 'Address to listen on; 0.0.0.0 is every IPv4 address', 'x-placeholder': 'address'
  }),
  fixtures: Type.Unsafe<Options['fixtures']>({
    'type': ['string', 'object', 'array'],
    'minLength': 1,
    'default': bundledFixtures,
    'description': 'JSON file, or folder of JSON files, with the sessions to start with',
    'x-takes': 'the path of a file or folder',
    'x-placeholder': 'path'
  }),
  logLevel: choice(logLevels, 'info', 'Least severity that is logged; silent prints nothing', 'level'),
  apiKeys: Type.Array(Type.String({ pattern: '^vk_(pub_)?(live|sandbox)_[^\\s,=]+(=[^\\s,=]+)?$' }), {
    'default': [],
    'description': 'API key to accept; KEY=SCOPE+SCOPE gives a secret key fewer scopes than all. By default every well-formed key is accepted',
    'x-takes': 'keys such as vk_live_abc, vk_sandbox_abc or vk_sandbox_abc=sessions:read+sessions:write',
    'x-placeholder': 'key',
    'x-masked': true
  }),
  unknownFields: choice(['reject', 'ignore'], 'reject', 'What to do with fields of a body that cannot be set: reject with a 422, or ignore'),
  defaultKeyInflection: choice(keyInflections, 'snake', 'Casing of response keys for requests without a Key-Inflection header'),
  maxIdempotencyKeys: count(10_000_000, 100_000, 'How many idempotency keys a workspace keeps; one more evicts the oldest'),
  maxIdempotencyBytes: count(
    Number.MAX_SAFE_INTEGER, 256 * 1024 * 1024, 'How many bytes the idempotency keys of a workspace hold, about; more evict the oldest'
  ),
  isolation: choice(['none', 'api-key'], 'none', 'Whether each API key has a workspace of its own: sessions, idempotency keys, journal, faults and clock'),
  maxWorkspaces: count(1_000_000, 10_000, 'How many workspaces are kept; one more evicts the least recently used'),
  // What lives that long is copied by the garbage collector: with 1,000 an update takes a quarter more time than with 500.
  maxJournalEntries: count(10_000_000, 500, 'How many requests a journal keeps; one more evicts the oldest'),
  maxJournalBytes: count(Number.MAX_SAFE_INTEGER, 32 * 1024 * 1024, 'How many bytes a journal holds, about; more evict the oldest requests'),
  control: Type.Boolean({ default: true, description: 'Turn the control plane off: only /_mock/health is left under /_mock' }),
  controlToken: Type.Optional(Type.String({
    'minLength': 1, 'description': 'Token that requests to the control plane must send as Authorization: Bearer', 'x-placeholder': 'token'
  })),
  allowedHosts: Type.Array(Type.String({ pattern: '^[^\\s,/:]+$' }), {
    'default': [],
    'description': 'Host name under which the control plane may be called, besides loopback and the address listened on',
    'x-takes': 'host names without a port',
    'x-placeholder': 'host'
  }),
  watch: Type.Boolean({ default: false, description: 'Read fixtures again when their files change' })
}, { additionalProperties: false })

/** The names of all options, in the order in which they are listed for people. */
export const optionNames = Object.keys(Options.properties) as OptionName[]

/**
 * The options of a mock, with their defaults.
 * @param nameOf how the caller calls an option: by its own name in code, as a flag or a variable on the command line
 * @throws OptionsError that names every option that is wrong, its value, and what is allowed
 */
export function resolveOptions (given: Partial<Options>, nameOf: (option: string) => string = option => option): Options {
  const options: Static<typeof Options> = checkOptions(Options, given, nameOf)
  const problems = unknownScopes(options.apiKeys, nameOf('apiKeys'))
  if (options.watch && typeof options.fixtures !== 'string') problems.push(`${nameOf('watch')} needs ${nameOf('fixtures')} to be a path.`)
  if (problems.length > 0) throw new OptionsError(problems.join('\n'))
  return options
}

/** A sentence for each scope that does not exist. It never shows the key. */
function unknownScopes (apiKeys: readonly string[], name: string): string[] {
  return apiKeys
    .flatMap(apiKey => apiKey.split('=')[1]?.split('+') ?? [])
    .filter(scope => !(scopes as readonly string[]).includes(scope))
    .map(scope => {
      const near = nearest(scope, scopes)
      const hint = near === undefined ? '' : ` Did you mean ${near}?`
      return `${name} has the unknown scope ${JSON.stringify(scope)}.${hint} The scopes are ${scopes.join(', ')}.`
    })
}
