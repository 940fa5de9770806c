import type { Static } from '@sinclair/typebox'
import t from 'tap'
import { OptionsError } from '../../src/options/check.js'
import { optionNames, Options, scopes } from '../../src/options/options.js'
import { resolveOptions } from '../../src/options/resolve.js'
import { spellOptions, unknownVariables } from '../../src/options/spelling.js'

/** What is wrong with options passed in code. */
function problem (given: object): string {
  try {
    resolveOptions(given)
    return ''
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error
    return error.message
  }
}

type Same<One, Other> = [One, Other] extends [Other, One] ? true : false

t.test('the interface of the options is the type of their schema', async t => {
  const isSame: Same<Options, Static<typeof Options>> = true // does not compile otherwise
  t.ok(isSame)
})

t.test('the defaults', async t => {
  t.match(resolveOptions({ port: undefined } as object), {
    port: 4010, host: '127.0.0.1', fixtures: /fixtures$/, logLevel: 'info', apiKeys: [], unknownFields: 'reject', defaultKeyInflection: 'snake',
    maxIdempotencyKeys: 100_000, maxIdempotencyBytes: 256 * 1024 ** 2, isolation: 'none', maxWorkspaces: 10_000, maxJournalEntries: 500,
    webhookHosts: [], webhookPayload: 'flat', webhookSignatureTime: 'machine', webhookTimeout: 30_000, maxDeliveries: 10_000,
    maxDeliveryBytes: 64 * 1024 ** 2, maxJournalBytes: 32 * 1024 ** 2, control: true, allowedHosts: [], watch: false, shutdownDelay: 0
  })
})

t.test('wrong options are refused and nothing is coerced', async t => {
  const cases: [given: object, problem: string][] = [
    [{ port: '4010' }, 'port cannot be "4010". It takes a whole number from 0 to 65535.'],
    [{ apiKeys: ['vk_live_a', 7] }, 'apiKeys cannot be 7. It takes keys such as vk_live_abc, vk_sandbox_abc or vk_sandbox_abc=sessions:read+sessions:write.'],
    [{ fixtures: 7 }, 'fixtures cannot be 7. It takes the path of a file or folder.'],
    [{ prot: 1 }, 'prot is not an option. Did you mean port?'],
    [{ colour: 1 }, `colour is not an option. The options are ${optionNames.join(', ')}.`],
    [{ watch: true, fixtures: [] }, 'watch needs fixtures to be a path.'],
    [{ plan: 'gold' }, 'plan cannot be "gold". It takes one of free, starter, professional, enterprise.'],
    ...['mock.example', 'ftp://mock.example', 'http://', 'http://a b', 'http://a?b', 'http://a#b', 'http://a@b', 'http://a:99999'].map((publicUrl): [object, string] =>
      [{ publicUrl }, `publicUrl cannot be "${publicUrl}". It takes a URL that begins with http:// or https://, without a query and a fragment.`]),
    [{ webhookUrl: 'https://hooks.example/a' }, 'webhookUrl is not on this machine. To send there, add hooks.example to webhookHosts.'],
    [{ webhookUrl: 'localhost:3000' }, 'webhookUrl cannot be "localhost:3000". It takes a URL that begins with http:// or https://, without a query and a fragment.'],
    [{ webhookSecret: 'whsec_1' }, 'webhookSecret needs webhookUrl.'],
    [{ webhookHosts: ['http://a'] }, 'webhookHosts cannot be "http://a". It takes host names or IP addresses without a port, or *.'],
    [{ state: '' }, 'state cannot be "". It takes the path of a file.'],
    [{ state: 'a.json', isolation: 'api-key' }, 'state cannot be combined with isolation api-key: a state file holds one workspace.'],
    [{ store: 'redis://:secret@a/b' }, 'store must end with the number of a database after the host, such as /0.'],
    [{ store: 'redis://a', state: 'a.json' }, 'state and store exclude each other. Set one of them.'],
    [{ store: 'redis://a', watch: true }, 'watch cannot be combined with store: a store keeps its sessions when fixtures change.'],
    [{ plan: 'free', rateLimit: 5 }, 'plan and rateLimit exclude each other. Set one of them.']
  ]
  for (const [given, expected] of cases) t.equal(problem(given), expected)
})

t.test('a public URL may have a path, and loses its last slash', async t => {
  t.equal(resolveOptions({ publicUrl: 'https://mock.example/verifa/' }).publicUrl, 'https://mock.example/verifa')
  t.equal(resolveOptions({ publicUrl: 'http://[::1]:4010' }).publicUrl, 'http://[::1]:4010')
  t.notOk('publicUrl' in resolveOptions({}))
})

t.test('webhooks may be sent to this machine, and to hosts that are listed', async t => {
  for (const webhookUrl of ['http://localhost:3000/hook', 'http://127.0.0.1', 'http://[::1]:8080']) t.equal(problem({ webhookUrl }), '')
  for (const webhookHosts of [['hooks.example'], ['*']]) t.equal(problem({ webhookUrl: 'https://hooks.example', webhookHosts, webhookSecret: 'mine' }), '')
})

t.test('in code, fixtures can also be objects', async t => {
  for (const fixtures of [{ id: 'a' }, [{ id: 'a' }], { sessions: [{ id: 'a' }] }, 'a.json']) {
    t.equal(resolveOptions({ fixtures }).fixtures, fixtures)
  }
})

t.test('an unknown scope is refused, with the scopes that there are, and without the key', async t => {
  t.equal(problem({ apiKeys: [`vk_sandbox_abc=${scopes.join('+')}`] }), '')
  t.equal(problem({ apiKeys: ['vk_sandbox_abc=sessions:read+sessions:wirte', 'vk_live_def=all'] }), [
    `apiKeys has the unknown scope "sessions:wirte". Did you mean sessions:write? The scopes are ${scopes.join(', ')}.`,
    `apiKeys has the unknown scope "all". The scopes are ${scopes.join(', ')}.`
  ].join('\n'))
})

t.test('an unknown variable is reported with the nearest known one; empty ones and those of Kubernetes are not', async t => {
  const spellings = spellOptions(Options)
  t.same(unknownVariables(spellings, { VERIFA_MOCK_API_KEYS: 'a', VERIFA_MOCK_COLOUR: '1', VERIFA_MOCK_EMPTY: '', VERIFA_PORT: '1', PORT: '1' }), [
    'VERIFA_MOCK_API_KEYS is not a variable of verifa-mock and is ignored. Did you mean VERIFA_MOCK_API_KEY?',
    'VERIFA_MOCK_COLOUR is not a variable of verifa-mock and is ignored. docs/options.md lists the variables.'
  ])
  t.same(unknownVariables(spellings, {
    VERIFA_MOCK_SERVICE_HOST: '10.0.0.1', VERIFA_MOCK_SERVICE_PORT: '4010', VERIFA_MOCK_SERVICE_PORT_HTTP: '4010', VERIFA_MOCK_PORT: 'tcp://10.0.0.1:4010',
    VERIFA_MOCK_PORT_4010_TCP: 'tcp://10.0.0.1:4010', VERIFA_MOCK_PORT_4010_TCP_PROTO: 'tcp', VERIFA_MOCK_PORT_4010_TCP_PORT: '4010',
    VERIFA_MOCK_PORT_4010_TCP_ADDR: '10.0.0.1', VERIFA_MOCK_PORT_53_UDP_ADDR: '10.0.0.1', VERIFA_MOCK_EU_PORT: 'tcp://10.0.0.2:80',
    VERIFA_MOCK_EU_SERVICE_HOST: '10.0.0.2'
  }), [], 'of services called verifa-mock and verifa-mock-eu')
})
