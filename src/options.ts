import { type Static, Type } from '@sinclair/typebox'
import { maskApiKey } from './api-keys.js'
import { keyInflections } from './casing.js'
import { bundledFixtures } from './sessions/fixture-files.js'
import { compileCheck } from './validation.js'

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
    default: [],
    description: 'API keys to accept, and no others; KEY=SCOPE+SCOPE gives a secret key fewer scopes than all. Without any, every well-formed key is accepted'
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
  maxJournalEntries: Type.Integer({
    minimum: 1, maximum: 10_000_000, default: 1_000, description: 'How many requests a journal keeps at most; one more drops the oldest'
  }),
  maxJournalBytes: Type.Integer({
    minimum: 1, maximum: Number.MAX_SAFE_INTEGER, default: 32 * 1024 * 1024, description: 'How many bytes a journal holds at most, about; more drop the oldest requests'
  }),
  control: Type.Boolean({ default: true, description: 'Whether there is a control plane; without it nothing under /_mock but health' }),
  controlToken: Type.Optional(Type.String({
    minLength: 1, description: 'Token that calls of the control plane must send as Authorization: Bearer'
  })),
  allowedHosts: Type.Array(Type.String({ pattern: '^[^\\s,/:]+$' }), {
    default: [], description: 'Host names, besides loopback and the address listened on, by which the control plane may be called'
  }),
  watch: Type.Boolean({ default: false, description: 'Whether changed fixtures are read again while the mock runs' })
}, { additionalProperties: false })
export type Options = Static<typeof Options>
export type OptionName = keyof Options

/** The names of all options, in the order in which they are listed for people. */
export const optionNames = Object.keys(Options.properties) as OptionName[]

/** Options that cannot be used. The message is one sentence for each problem, one a line. */
export class OptionsError extends Error {}

/**
 * The options with their defaults.
 * @param nameOf what the giver calls an option: itself in code, a flag or an environment variable on the command line
 * @throws OptionsError that names every option that is wrong, its value, and what is allowed
 */
export function resolveOptions (given: Partial<Options>, nameOf: (option: string) => string = option => option): Options {
  const entries = Object.entries<unknown>(given).filter(([, value]) => value !== undefined)
  const defaults = Object.entries(Options.properties)
    .filter(([, schema]) => 'default' in schema)
    .map(([name, schema]) => [name, schema.default as unknown])
  const complaints = entries.flatMap(([option, value]) => complain(option, value, nameOf(option)))
  if (complaints.length > 0) throw new OptionsError(complaints.join('\n'))
  return { ...Object.fromEntries(defaults), ...Object.fromEntries(entries) } as Options
}

/** Each option is checked by its own schema, and only when it is given: most starts give few, and to compile a schema takes its time. */
function complain (option: string, value: unknown, name: string): string[] {
  if (!isOption(option)) return [`${name} is not an option. The options are ${optionNames.join(', ')}.`]
  return compileCheck(Options.properties[option])(value).map(({ loc }) => {
    const wrong = loc.reduce((part, step) => (part as Record<string, unknown>)[step], value)
    const told = option === 'apiKeys' && typeof wrong === 'string' ? maskApiKey(wrong) : wrong
    return `${name} cannot be ${JSON.stringify(told)}. It takes ${allowed(option)}.`
  })
}

function isOption (name: string): name is OptionName {
  return Object.hasOwn(Options.properties, name)
}

/** What an option takes, in words. */
export function allowed (option: OptionName): string {
  const schema = Options.properties[option] as { enum?: string[], minimum: number, maximum: number, type: string }
  if (schema.enum !== undefined) return `one of ${schema.enum.join(', ')}`
  if (schema.type === 'integer') return `a whole number from ${schema.minimum} to ${schema.maximum}`
  if (schema.type === 'boolean') return 'true or false'
  if (option === 'allowedHosts') return 'host names without a port'
  if (schema.type === 'array') return 'keys such as vk_live_abc, vk_sandbox_abc or vk_sandbox_abc=sessions:read+sessions:write'
  return 'text that is not empty'
}
