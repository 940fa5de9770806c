import { Type } from '@sinclair/typebox'
import { keyInflections, type KeyInflection } from '../contract/casing.js'
import { type Plan, plans } from '../domain/rate-limits.js'
import type { State } from '../domain/state.js'
import { type PayloadForm, payloadForms } from '../domain/webhooks/payload-body.js'
import { bundledFixtures } from '../own-package.js'
import type { Fixture } from '../domain/fixtures/fixture.js'

/** The options of a mock. All may be left out; a wrong one throws an `OptionsError`. */
export interface Options {
  /** TCP port to listen on, 0 to 65535; 0 picks a free port. Default: 4010; `startVerifaMock` uses 0. */
  port: number

  /** Address or host name to listen on, such as `'0.0.0.0'` for every IPv4 address. Default: `'127.0.0.1'`. */
  host: string

  /**
   * Sessions to start with: the path of a JSON file or of a folder of JSON files, or in code also a fixture, a list of
   * fixtures, or a saved state. Every reset restores them. Default: the sessions that come with verifa-mock. Invalid fixtures
   * throw a `FixtureError`.
   */
  fixtures: string | Fixture | readonly Fixture[] | State

  /**
   * Path of the file that keeps the state across restarts. It is read at the start if it exists, and written about a second after a
   * change, and at the end. Only one process can use it at a time. An invalid file throws a `FixtureError`; a file that another process
   * uses throws a `StateFileError`. Default: state lives in memory only.
   */
  state?: string

  /**
   * URL of the Valkey or Redis that keeps the state, for several replicas of the mock and across restarts: `'redis://host:6379/0'`, or with
   * `rediss:`, `valkey:`, `valkeys:`, or `unix:`. Needs the package `@redis/client`. If the store cannot be used, the mock throws a
   * `StoreError` when it starts listening. Default: state lives in memory only.
   */
  store?: string

  /**
   * URL at which clients reach the mock, such as `'https://mock.example/verifa'`. Capture URLs begin with it. Default: capture URLs begin
   * with the host that the request was sent to, and those of fixtures do not work.
   */
  publicUrl?: string

  /**
   * URL to which the events of both environments are sent, from the start and after each reset. Its host must be loopback, or one of
   * `webhookHosts`. Default: no webhook endpoint exists until you create one.
   */
  webhookUrl?: string

  /** Secret with which webhooks to `webhookUrl` are signed. Default: `whsec_` and 32 zeros. */
  webhookSecret?: string

  /**
   * Hosts to which webhooks may be sent, besides loopback: host names or IP addresses, without a port; `'*'` is every host. Link-local
   * addresses have to be listed explicitly. Default: `[]`.
   */
  webhookHosts: string[]

  /** Form of webhook payloads: `'flat'`, or `'nested'` with the session's fields in `data`. Default: `'flat'`. */
  webhookPayload: PayloadForm

  /** Time that webhooks are signed with: the machine's, or that of the mock's clock. Default: `'machine'`. */
  webhookSignatureTime: 'machine' | 'mock'

  /** Time in milliseconds that a webhook's receiver has to respond, 1 to 600,000. Default: 30,000. */
  webhookTimeout: number

  /** Maximum number of webhook deliveries in a workspace, 1 to 10,000,000; beyond it, the oldest are dropped. Default: 10,000. */
  maxDeliveries: number

  /** Approximate limit of a workspace's webhook deliveries in bytes; beyond it, the oldest are dropped. Default: 67,108,864 (64 MiB). */
  maxDeliveryBytes: number

  /** Lowest level to log; `'silent'` prints nothing. Default: `'info'`; `startVerifaMock` uses `'silent'`. */
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'

  /**
   * API keys to accept, each as `KEY` or, to limit the scopes of a secret key, as `KEY=SCOPE+SCOPE`:
   * `'vk_sandbox_abc=sessions:read+sessions:write'`. Default: `[]`, which accepts every well-formed key.
   */
  apiKeys: string[]

  /** What to do with unknown fields of a request body: `'reject'` returns a 422, `'ignore'` drops them. Default: `'reject'`. */
  unknownFields: 'reject' | 'ignore'

  /** Casing of the keys of a response whose request has no `Key-Inflection` header. Default: `'snake'`. */
  defaultKeyInflection: KeyInflection

  /**
   * Plan whose rate limits are enforced: requests and new sessions per minute. Default: nothing is limited.
   */
  plan?: Plan

  /** Number of requests per minute to allow each API key, 1 to 1,000,000, in place of a `plan`. Default: nothing is limited. */
  rateLimit?: number

  /** Maximum number of idempotency keys in a workspace, 1 to 10,000,000; beyond it, the oldest are evicted. Default: 100,000. */
  maxIdempotencyKeys: number

  /** Approximate limit of a workspace's idempotency keys in bytes; beyond it, the oldest are evicted. Default: 268,435,456 (256 MiB). */
  maxIdempotencyBytes: number

  /**
   * Whether each API key has its own workspace (sessions, idempotency keys, journal, faults, and clock) or all share
   * one. Default: `'none'`.
   */
  isolation: 'none' | 'api-key'

  /** Maximum number of workspaces, 1 to 1,000,000; beyond it, the least recently used are evicted. Default: 10,000. */
  maxWorkspaces: number

  /** Maximum number of requests in a journal, 1 to 10,000,000; beyond it, the oldest are evicted. Default: 500. */
  maxJournalEntries: number

  /** Approximate limit of a journal in bytes; beyond it, the oldest requests are evicted. Default: 33,554,432 (32 MiB). */
  maxJournalBytes: number

  /** Whether to serve the control plane under `/_mock`. If not, only `/_mock/health` and `/_mock/ready` are served. Default: `true`. */
  control: boolean

  /** Whether to serve the inspector, a page that shows what happens in the mock, at `/_mock/`. Needs `control`. Default: `true`. */
  inspector: boolean

  /** Token that requests to the control plane must send as `Authorization: Bearer <token>`. Default: no token is needed. */
  controlToken?: string

  /**
   * Host names, without a port, to allow in calls of the control plane, besides localhost, the mock's addresses, and the host of
   * `publicUrl`. Default: `[]`.
   */
  allowedHosts: string[]

  /** Whether to reload fixtures when their files change. Needs `fixtures` to be a path. Default: `false`. */
  watch: boolean

  /**
   * Time in milliseconds, 0 to 600,000, for which the mock still serves requests when it is closed, while `/_mock/ready` returns a 503.
   * Set it to the time that a load balancer needs to notice. Default: 0.
   */
  shutdownDelay: number
}
export type OptionName = keyof Options

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/** The scopes that an API key can have. */
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
 * The schema of the options. The flags, the environment variables, the help, and the check of the options of `buildApp` come from it.
 * The descriptions are those of the flags. Tests compare the schema with the interface and the documentation.
 */
export const Options = Type.Object({
  port: Type.Integer({ minimum: 0, maximum: 65_535, default: 4010, description: 'TCP port to listen on; 0 picks a free one' }),
  host: Type.String({
    'minLength': 1, 'default': '127.0.0.1', 'description': 'Address to listen on; 0.0.0.0 is every IPv4 address', 'x-placeholder': 'address'
  }),
  fixtures: Type.Unsafe<Options['fixtures']>({
    'type': ['string', 'object', 'array'],
    'minLength': 1,
    'default': bundledFixtures,
    'description': 'JSON file, or folder of JSON files, with the initial sessions',
    'x-takes': 'the path of a file or folder',
    'x-placeholder': 'path'
  }),
  state: Type.Optional(Type.String({
    'minLength': 1,
    'description': 'File that keeps the state across restarts; by default state lives in memory only',
    'x-takes': 'the path of a file',
    'x-placeholder': 'path'
  })),
  store: Type.Optional(Type.String({
    'minLength': 1,
    'description': 'Valkey or Redis that keeps the state, for several replicas; by default state lives in memory only',
    'x-takes': 'a URL such as redis://host:6379/0, or with rediss:, valkey:, valkeys: or unix:',
    'x-placeholder': 'url'
  })),
  publicUrl: Type.Optional(Type.String({
    'format': 'base-url',
    'description': 'URL at which clients reach the mock, with which capture URLs begin; by default they begin with the host of the request',
    'x-takes': 'a URL that begins with http:// or https://, without a query and a fragment',
    'x-placeholder': 'url'
  })),
  webhookUrl: Type.Optional(Type.String({
    'format': 'base-url',
    'description': 'URL to which the events of both environments are sent; its host is loopback or one of --webhook-host',
    'x-takes': 'a URL that begins with http:// or https://, without a query and a fragment',
    'x-placeholder': 'url'
  })),
  webhookSecret: Type.Optional(Type.String({
    'minLength': 1,
    'description': 'Secret with which webhooks to --webhook-url are signed; by default whsec_ and 32 zeros',
    'x-placeholder': 'secret',
    'x-masked': true
  })),
  webhookHosts: Type.Array(Type.String({ pattern: '^(\\*|[^\\s,/*]+)$' }), {
    'default': [],
    'description': 'Host to which webhooks may be sent, besides loopback; * is every host',
    'x-takes': 'host names or IP addresses without a port, or *',
    'x-placeholder': 'host'
  }),
  webhookPayload: choice(payloadForms, 'flat', 'Form of webhook payloads: nested has the session\'s fields in data'),
  webhookSignatureTime: choice(['machine', 'mock'], 'machine', 'Time that webhooks are signed with: the machine\'s, or that of the mock\'s clock'),
  webhookTimeout: Type.Integer({
    minimum: 1, maximum: 600_000, default: 30_000, description: 'Time in milliseconds that the receiver of a webhook has to respond'
  }),
  maxDeliveries: count(10_000_000, 10_000, 'Maximum number of webhook deliveries in a workspace; beyond it, the oldest are dropped'),
  maxDeliveryBytes: count(
    Number.MAX_SAFE_INTEGER, 64 * 1024 * 1024, 'Approximate limit of a workspace\'s webhook deliveries in bytes; beyond it, the oldest are dropped'
  ),
  logLevel: choice(logLevels, 'info', 'Lowest level to log; silent prints nothing', 'level'),
  apiKeys: Type.Array(Type.String({ pattern: '^vk_(pub_)?(live|sandbox)_[^\\s,=]+(=[^\\s,=]+)?$' }), {
    'default': [],
    'description': 'API key to accept; KEY=SCOPE+SCOPE limits the scopes of a secret key. By default every well-formed key is accepted',
    'x-takes': 'keys such as vk_live_abc, vk_sandbox_abc or vk_sandbox_abc=sessions:read+sessions:write',
    'x-placeholder': 'key',
    'x-masked': true
  }),
  unknownFields: choice(['reject', 'ignore'], 'reject', 'What to do with unknown fields of a request body: reject returns a 422, ignore drops them'),
  defaultKeyInflection: choice(keyInflections, 'snake', 'Casing of response keys for requests without a Key-Inflection header'),
  plan: Type.Optional(Type.Unsafe<Plan>({
    'type': 'string', 'enum': plans, 'description': 'Plan whose rate limits are enforced; by default nothing is limited', 'x-placeholder': plans.join('|')
  })),
  rateLimit: Type.Optional(Type.Integer({
    minimum: 1, maximum: 1_000_000, description: 'Number of requests per minute to allow each API key, in place of a plan'
  })),
  maxIdempotencyKeys: count(10_000_000, 100_000, 'Maximum number of idempotency keys in a workspace; beyond it, the oldest are evicted'),
  maxIdempotencyBytes: count(
    Number.MAX_SAFE_INTEGER, 256 * 1024 * 1024, 'Approximate limit of a workspace\'s idempotency keys in bytes; beyond it, the oldest are evicted'
  ),
  isolation: choice(['none', 'api-key'], 'none', 'Whether each API key has its own workspace: sessions, idempotency keys, journal, faults, and clock'),
  maxWorkspaces: count(1_000_000, 10_000, 'Maximum number of workspaces; beyond it, the least recently used are evicted'),
  // the garbage collector copies entries that live this long: with 1,000, an update takes a quarter more time than with 500
  maxJournalEntries: count(10_000_000, 500, 'Maximum number of requests in a journal; beyond it, the oldest are evicted'),
  maxJournalBytes: count(
    Number.MAX_SAFE_INTEGER, 32 * 1024 * 1024, 'Approximate limit of a journal in bytes; beyond it, the oldest requests are evicted'
  ),
  control: Type.Boolean({ default: true, description: 'Turn the control plane off; only /_mock/health and /_mock/ready remain' }),
  inspector: Type.Boolean({ default: true, description: 'Turn the inspector at /_mock/ off' }),
  controlToken: Type.Optional(Type.String({
    'minLength': 1, 'description': 'Token that requests to the control plane must send as Authorization: Bearer', 'x-placeholder': 'token'
  })),
  allowedHosts: Type.Array(Type.String({ pattern: '^[^\\s,/:]+$' }), {
    'default': [],
    'description': 'Host name to allow in calls of the control plane, besides localhost, the mock\'s addresses, and the host of --public-url',
    'x-takes': 'host names without a port',
    'x-placeholder': 'host'
  }),
  watch: Type.Boolean({ default: false, description: 'Reload fixtures when their files change' }),
  shutdownDelay: Type.Integer({
    minimum: 0, maximum: 600_000, default: 0, description: 'Time in milliseconds to serve requests after SIGTERM while /_mock/ready returns a 503'
  })
}, { additionalProperties: false })

/** The names of all options, in the order in which they are listed for people. */
export const optionNames = Object.keys(Options.properties) as OptionName[]
