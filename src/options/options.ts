import { type Static, Type } from '@sinclair/typebox'
import { keyInflections } from '../casing.js'
import { checkOptions } from './check.js'
import { bundledFixtures } from '../own-package.js'

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
const unknownFields = ['reject', 'ignore'] as const

function choice<T extends string> (values: readonly T[], defaultValue: T, description: string) {
  return Type.Unsafe<T>({ type: 'string', enum: values, default: defaultValue, description })
}

/**
 * Every option, with its default and what it does. From this one list come the flags, the environment variables, the
 * help, and the check of what `buildApp` is given; a test keeps it equal to the README.
 */
export const Options = Type.Object({
  port: Type.Integer({ minimum: 0, maximum: 65_535, default: 4010, description: 'TCP port to listen on; 0 takes any free one' }),
  host: Type.String({ minLength: 1, default: '127.0.0.1', description: 'Address to listen on; 0.0.0.0 is every IPv4 address' }),
  fixtures: Type.String({
    minLength: 1, default: bundledFixtures, description: 'JSON file, or folder of JSON files, with the sessions to start with'
  }),
  logLevel: choice(logLevels, 'info', 'Least severity that is logged'),
  apiKeys: Type.Array(Type.String({ pattern: '^vk_(pub_)?(live|sandbox)_[^\\s,=]+(=[a-z:]+(\\+[a-z:]+)*)?$' }), {
    'default': [],
    'description': 'API keys to accept, and no others; KEY=SCOPE+SCOPE gives a secret key fewer scopes than all. Without any, every well-formed key is accepted',
    'x-takes': 'keys such as vk_live_abc, vk_sandbox_abc or vk_sandbox_abc=sessions:read+sessions:write',
    'x-masked': true
  }),
  unknownFields: choice(unknownFields, 'reject', 'What to do with body members that cannot be set: answer 422, or drop them'),
  defaultKeyInflection: choice(keyInflections, 'snake', 'Casing of response keys for requests without a Key-Inflection header'),
  maxIdempotencyKeys: Type.Integer({
    minimum: 1, maximum: 10_000_000, default: 100_000, description: 'How many idempotency keys are kept at most; one more drops the oldest'
  }),
  isolation: choice(['none', 'api-key'] as const, 'none', 'Whether each API key has a workspace of its own: sessions, idempotency keys, journal, faults and clock'),
  maxWorkspaces: Type.Integer({
    minimum: 1, maximum: 1_000_000, default: 10_000, description: 'How many workspaces are kept at most; one more drops the one unused for the longest'
  }),
  // What lives that long is copied by the garbage collector: with 1,000 an update takes a quarter more time than with 500.
  maxJournalEntries: Type.Integer({
    minimum: 1, maximum: 10_000_000, default: 500, description: 'How many requests a journal keeps at most; one more drops the oldest'
  }),
  maxJournalBytes: Type.Integer({
    minimum: 1, maximum: Number.MAX_SAFE_INTEGER, default: 32 * 1024 * 1024, description: 'How many bytes a journal holds at most, about; more drop the oldest requests'
  }),
  control: Type.Boolean({ default: true, description: 'Whether there is a control plane; without it nothing under /_mock but health' }),
  controlToken: Type.Optional(Type.String({
    minLength: 1, description: 'Token that calls of the control plane must send as Authorization: Bearer'
  })),
  allowedHosts: Type.Array(Type.String({ pattern: '^[^\\s,/:]+$' }), {
    'default': [],
    'description': 'Host names, besides loopback and the address listened on, by which the control plane may be called',
    'x-takes': 'host names without a port'
  }),
  watch: Type.Boolean({ default: false, description: 'Whether changed fixtures are read again while the mock runs' })
}, { additionalProperties: false })
export type Options = Static<typeof Options>
export type OptionName = keyof Options

/** The names of all options, in the order in which they are listed for people. */
export const optionNames = Object.keys(Options.properties) as OptionName[]

/**
 * The options of a mock, with their defaults.
 * @param nameOf what the giver calls an option: itself in code, a flag or an environment variable on the command line
 * @throws OptionsError that names every option that is wrong, its value, and what is allowed
 */
export function resolveOptions (given: Partial<Options>, nameOf?: (option: string) => string): Options {
  return checkOptions(Options, given, nameOf)
}
