import t from 'tap'
import { parseCommandLine } from '../../src/command/cli.js'
import { help } from '../../src/command/help.js'
import { ConformanceOptions, resolveConformanceOptions } from '../../src/conformance/options.js'
import { optionNames, Options } from '../../src/options/options.js'
import { resolveOptions } from '../../src/options/resolve.js'

const defaults = resolveOptions({})

function problem (args: string[], env: Record<string, string> = {}): string {
  const command = parseCommandLine(args, env)
  return command.name === 'problem' ? command.message : `no problem, but ${command.name}`
}

function firstProblem (args: string[], env: Record<string, string> = {}): string | undefined {
  return problem(args, env).split('\n')[0]
}

function options (args: string[], env: Record<string, string> = {}): Options {
  const command = parseCommandLine(args, env)
  if (!('options' in command) || command.name === 'conformance' || command.name === 'trigger') throw new Error(command.name === 'problem' ? command.message : command.name)
  return command.options
}

/** What a run of the conformance suite cannot do without. */
const runWithoutSession = ['--base-url', 'https://x/api/v1', '--api-key', 'vk_sandbox_a']
const run = [...runWithoutSession, '--session-id', 'ses_1']

t.test('without arguments the mock starts with the defaults', async t => {
  t.same(parseCommandLine([], {}), { name: 'serve', options: defaults, warnings: [] })
})

t.test('commands', async t => {
  for (const name of ['serve', 'health', 'openapi']) t.equal(parseCommandLine([name, '--port', '1'], {}).name, name)
  for (const args of [['health', '--help', '--nonsense'], ['-h'], ['help'], ['help', 'serve']]) t.same(parseCommandLine(args, {}), { name: 'help' })
  for (const args of [['conformance', '-h'], ['help', 'conformance']]) t.same(parseCommandLine(args, {}), { name: 'help', about: 'conformance' })
  for (const args of [['--version'], ['-v'], ['version'], ['conformance', '-v']]) t.same(parseCommandLine(args, {}), { name: 'version' })
})

t.test('every option as a flag and as an environment variable', async t => {
  const cases: [flag: string, variable: string, word: string, option: keyof Options, value: unknown][] = [
    ['--port', 'VERIFA_MOCK_PORT', '0', 'port', 0],
    ['--host', 'VERIFA_MOCK_HOST', '0.0.0.0', 'host', '0.0.0.0'],
    ['--fixtures', 'VERIFA_MOCK_FIXTURES', './f.json', 'fixtures', './f.json'],
    ['--state', 'VERIFA_MOCK_STATE', './s.json', 'state', './s.json'],
    ['--store', 'VERIFA_MOCK_STORE', 'redis://127.0.0.1:6379', 'store', 'redis://127.0.0.1:6379'],
    ['--public-url', 'VERIFA_MOCK_PUBLIC_URL', 'http://mock.example', 'publicUrl', 'http://mock.example'],
    ['--webhook-host', 'VERIFA_MOCK_WEBHOOK_HOST', 'hooks.example', 'webhookHosts', ['hooks.example']],
    ['--webhook-url', 'VERIFA_MOCK_WEBHOOK_URL', 'http://localhost:3000', 'webhookUrl', 'http://localhost:3000'],
    ['--webhook-payload', 'VERIFA_MOCK_WEBHOOK_PAYLOAD', 'nested', 'webhookPayload', 'nested'],
    ['--webhook-signature-time', 'VERIFA_MOCK_WEBHOOK_SIGNATURE_TIME', 'mock', 'webhookSignatureTime', 'mock'],
    ['--webhook-timeout', 'VERIFA_MOCK_WEBHOOK_TIMEOUT', '7', 'webhookTimeout', 7],
    ['--shutdown-delay', 'VERIFA_MOCK_SHUTDOWN_DELAY', '7', 'shutdownDelay', 7],
    ['--max-deliveries', 'VERIFA_MOCK_MAX_DELIVERIES', '7', 'maxDeliveries', 7],
    ['--max-delivery-bytes', 'VERIFA_MOCK_MAX_DELIVERY_BYTES', '7', 'maxDeliveryBytes', 7],
    ['--log-level', 'VERIFA_MOCK_LOG_LEVEL', 'warn', 'logLevel', 'warn'],
    ['--api-key', 'VERIFA_MOCK_API_KEY', 'vk_live_a', 'apiKeys', ['vk_live_a']],
    ['--unknown-fields', 'VERIFA_MOCK_UNKNOWN_FIELDS', 'ignore', 'unknownFields', 'ignore'],
    ['--default-key-inflection', 'VERIFA_MOCK_DEFAULT_KEY_INFLECTION', 'kebab', 'defaultKeyInflection', 'kebab'],
    ['--plan', 'VERIFA_MOCK_PLAN', 'free', 'plan', 'free'],
    ['--rate-limit', 'VERIFA_MOCK_RATE_LIMIT', '7', 'rateLimit', 7],
    ['--max-idempotency-keys', 'VERIFA_MOCK_MAX_IDEMPOTENCY_KEYS', '7', 'maxIdempotencyKeys', 7],
    ['--max-idempotency-bytes', 'VERIFA_MOCK_MAX_IDEMPOTENCY_BYTES', '7', 'maxIdempotencyBytes', 7],
    ['--isolation', 'VERIFA_MOCK_ISOLATION', 'api-key', 'isolation', 'api-key'],
    ['--max-workspaces', 'VERIFA_MOCK_MAX_WORKSPACES', '7', 'maxWorkspaces', 7],
    ['--max-journal-entries', 'VERIFA_MOCK_MAX_JOURNAL_ENTRIES', '7', 'maxJournalEntries', 7],
    ['--max-journal-bytes', 'VERIFA_MOCK_MAX_JOURNAL_BYTES', '7', 'maxJournalBytes', 7],
    ['--control-token', 'VERIFA_MOCK_CONTROL_TOKEN', '-secret', 'controlToken', '-secret'],
    ['--allowed-host', 'VERIFA_MOCK_ALLOWED_HOST', 'verifa', 'allowedHosts', ['verifa']]
  ]
  t.same([...cases.map(([, , , option]) => option), 'control', 'inspector', 'watch', 'webhookSecret'].sort(), [...optionNames].sort(), 'none is left out')
  for (const [flag, variable, word, option, value] of cases) {
    if (!word.startsWith('-')) t.same(options([flag, word]), { ...defaults, [option]: value }, flag)
    t.same(options([`${flag}=${word}`]), { ...defaults, [option]: value }, `${flag}=`)
    t.same(options([], { [variable]: word }), { ...defaults, [option]: value }, variable)
  }
})

t.test('the secret of webhooks goes with their URL', async t => {
  const webhookUrl = 'http://localhost:3000'
  t.match(options(['--webhook-url', webhookUrl, '--webhook-secret', 'mine']), { webhookUrl, webhookSecret: 'mine' })
  t.equal(options(['--webhook-url', webhookUrl], { VERIFA_MOCK_WEBHOOK_SECRET: 'mine' }).webhookSecret, 'mine')
  t.equal(firstProblem(['--webhook-secret', 'mine']), '--webhook-secret needs --webhook-url.')
  t.equal(firstProblem([], { VERIFA_MOCK_WEBHOOK_URL: 'http://hooks.example' }),
    'VERIFA_MOCK_WEBHOOK_URL is not on this machine. To send there, add hooks.example to --webhook-host.')
})

t.test('a flag alone turns an option that is true or false', async t => {
  t.match(defaults, { control: true, watch: false })
  t.match(options(['--no-control', '--no-inspector', '--watch']), { control: false, inspector: false, watch: true })
  for (const [yes, no] of [['true', 'false'], ['1', '0']] as const) {
    t.match(options([], { VERIFA_MOCK_CONTROL: no, VERIFA_MOCK_WATCH: yes }), { control: false, watch: true })
    t.match(options([], { VERIFA_MOCK_CONTROL: yes, VERIFA_MOCK_WATCH: no }), { control: true, watch: false })
  }
  t.equal(firstProblem(['--watch=yes']), '--watch takes no value.')
  t.equal(firstProblem([], { VERIFA_MOCK_WATCH: 'yes' }), 'VERIFA_MOCK_WATCH cannot be "yes". It takes true or false.')
})

t.test('a port that Kubernetes sets for a service called verifa-mock is not an option', async t => {
  t.equal(options([], { VERIFA_MOCK_PORT: 'tcp://10.0.0.1:4010' }).port, 4010)
  t.equal(options([], { VERIFA_MOCK_PORT: 'tcp://10.0.0.1:4010', PORT: '8080' }).port, 8080)
})

t.test('flags win over variables, and the last flag wins', async t => {
  t.equal(options([], { PORT: '1', HOST: '::1' }).port, 1)
  t.equal(options([], { HOST: '::1' }).host, '::1')
  t.equal(options([], { PORT: '1', VERIFA_MOCK_PORT: '2' }).port, 2)
  t.equal(options(['--port', '3'], { PORT: '1', VERIFA_MOCK_PORT: '2' }).port, 3)
  t.equal(options(['--port', '3', '--port', '4']).port, 4)
  t.equal(options([], { PORT: '', VERIFA_MOCK_PORT: '' }).port, 4010, 'an empty variable sets nothing')
  t.same(options(['--api-key', 'vk_live_a', '--api-key=vk_sandbox_b=sessions:read']).apiKeys, ['vk_live_a', 'vk_sandbox_b=sessions:read'])
  t.same(options([], { VERIFA_MOCK_API_KEY: 'vk_live_a, vk_live_b vk_live_c,\n' }).apiKeys, ['vk_live_a', 'vk_live_b', 'vk_live_c'])
  t.same(options(['--api-key', 'vk_live_z'], { VERIFA_MOCK_API_KEY: 'vk_live_a' }).apiKeys, ['vk_live_z'])
})

t.test('every problem is reported, in a sentence that names the option, the value and what is allowed', async t => {
  t.equal(problem(['--port', '80a', '--log-level=loud', '--colour', 'red', 'srve', 'now'], { VERIFA_MOCK_MAX_IDEMPOTENCY_KEYS: '-1', HOST: '' }), [
    '--colour is not an option.',
    'srve is not a command. Did you mean serve?',
    'Only one command is allowed. Remove "now".',
    'VERIFA_MOCK_MAX_IDEMPOTENCY_KEYS cannot be "-1". It takes a whole number from 1 to 10000000.',
    '--port cannot be "80a". It takes a whole number from 0 to 65535.',
    '--log-level cannot be "loud". It takes one of fatal, error, warn, info, debug, trace, silent.',
    'The command "help" lists all commands and options.'
  ].join('\n'))
  const cases: [args: string[], problem: string][] = [
    [['--prot', '1'], '--prot is not an option. Did you mean --port?'],
    [['--colour', 'serve'], '--colour is not an option.'],
    [['-p', '1'], '-p is not an option.'],
    [['--port'], '--port needs a value. It takes a whole number from 0 to 65535.'],
    [['--host', '--port', '5000'], '--host needs a value. It takes text that is not empty.'],
    [['--fixtures', '--watch'], '--fixtures needs a value. It takes the path of a file or folder.'],
    [['--port', '65536'], '--port cannot be 65536. It takes a whole number from 0 to 65535.'],
    [['--port', '-1'], '--port cannot be "-1". It takes a whole number from 0 to 65535.'],
    [['--allowed-host', 'a:80'], '--allowed-host cannot be "a:80". It takes host names without a port.'],
    [['--fixtures='], '--fixtures cannot be "". It takes the path of a file or folder.'],
    [['--api-key', 'secret'],
      '--api-key cannot be "…". It takes keys such as vk_live_abc, vk_sandbox_abc or vk_sandbox_abc=sessions:read+sessions:write.'],
    [['--state', 'a.json', '--isolation', 'api-key'], '--state cannot be combined with --isolation api-key: a state file holds one workspace.'],
    [['health', '--port', '0'], 'health needs the port of a running mock. Set it with --port or PORT.'],
    [['bogus'], 'bogus is not a command. The commands are serve, health, trigger, openapi, conformance, help, version.'],
    [['4010'], '4010 is not a command. To set an option, write --port 4010. From a clone, pass options after --: npm start -- --port 4010'],
    [['./a.json'], './a.json is not a command. To set an option, write --fixtures ./a.json. ' +
    'From a clone, pass options after --: npm start -- --fixtures ./a.json']
  ]
  for (const [args, expected] of cases) t.equal(firstProblem(args), expected, args.join(' '))
  t.equal(firstProblem([], { PORT: 'http' }), 'PORT cannot be "http". It takes a whole number from 0 to 65535.')
})

t.test('trigger takes an event, what it is about, and where the mock is', async t => {
  const words = ['trigger', 'session.approved', '--session-id', 'ses_a', '--environment=sandbox', '--port', '1', '--control-token', 'x']
  t.same(parseCommandLine(words, { VERIFA_MOCK_API_KEY: 'vk_live_a' }), {
    name: 'trigger',
    event: 'session.approved',
    options: { ...defaults, port: 1, controlToken: 'x', apiKeys: ['vk_live_a'] },
    about: { sessionId: 'ses_a', environment: 'sandbox' },
    warnings: []
  })
  const cases: [args: string[], problem: string][] = [
    [['trigger'], 'trigger needs an event, such as trigger session.approved.'],
    [['trigger', 'a', 'b'], 'Only one command is allowed. Remove "b".'],
    [['trigger', 'a', '--port', '0'], 'trigger needs the port of a running mock. Set it with --port or PORT.'],
    [['trigger', 'a', '--environment', 'test'], '--environment cannot be "test". It takes one of live, sandbox.'],
    [['trigger', 'a', '--json'], '--json is an option of conformance only.'],
    [['--session-id', 'ses_a'], '--session-id is an option of conformance and trigger only.'],
    [['conformance', '--environment', 'live'], '--environment is an option of trigger only.']
  ]
  for (const [args, expected] of cases) t.equal(firstProblem(args), expected, args.join(' '))
})

t.test('a misspelled variable is a warning, except for health', async t => {
  const warnings = ['VERIFA_MOCK_PROT is not a variable of verifa-mock and is ignored. Did you mean VERIFA_MOCK_PORT?']
  t.match(parseCommandLine([], { VERIFA_MOCK_PROT: '1' }), { name: 'serve', warnings })
  t.match(parseCommandLine(['conformance', ...run], { VERIFA_MOCK_PROT: '1' }), { name: 'conformance', warnings })
  t.match(parseCommandLine(['health'], { VERIFA_MOCK_PROT: '1' }), { name: 'health', warnings: [] }, 'a container asks every few seconds')
})

t.test('help names every option, what it does, takes, and is by default', async t => {
  for (const option of optionNames) t.ok(help().includes(Options.properties[option].description ?? ''), option)
  for (const { length } of help().split('\n')) t.ok(length <= 180, 'lines can be read')
  t.match(help(), /--port <number>\n.*\n.*0 to 65535\n.*default: 4010; environment: VERIFA_MOCK_PORT or PORT\n/)
  t.match(help(), /--fixtures <path>\n.*\n.*\n.*default: the sessions that come with verifa-mock; /)
  t.match(help(), /--log-level <level>\n/)
  t.match(help(), /--unknown-fields <reject\|ignore>\n/)
  t.match(help(), /--api-key <key> \(repeatable\)\n/)
  t.match(help(), /--no-control\n +Turn the control plane off; .*\n +environment: VERIFA_MOCK_CONTROL=false\n/)
  t.match(help(), /--control-token <token>\n.*\n.*\n.*default: none;/)
})

t.test('conformance has options of its own', async t => {
  const expected = {
    baseUrl: 'https://x/api/v1', apiKey: 'vk_sandbox_a', sessionId: 'ses_1', webhookUrl: 'http://127.0.0.1:9/webhooks', only: [], json: false, allowLive: false
  }
  t.same(parseCommandLine(['conformance', ...run], {}), { name: 'conformance', options: expected, warnings: [] })
  t.same(parseCommandLine(['conformance', ...runWithoutSession], {}).name, 'conformance')
  t.match(parseCommandLine([...run, '--only=DOC', 'conformance', '--only', 'null', '--json', '--allow-live'], {}),
    { options: { only: ['DOC', 'null'], json: true, allowLive: true } })
  const env = {
    VERIFA_MOCK_CONFORMANCE_BASE_URL: 'http://127.0.0.1:4010', VERIFA_MOCK_CONFORMANCE_API_KEY: 'vk_live_a', VERIFA_MOCK_CONFORMANCE_SESSION_ID: 's',
    VERIFA_MOCK_CONFORMANCE_WEBHOOK_URL: 'https://x/hook',
    VERIFA_MOCK_CONFORMANCE_ONLY: 'casing, DECIDED', VERIFA_MOCK_CONFORMANCE_JSON: '1', VERIFA_MOCK_CONFORMANCE_ALLOW_LIVE: 'true',
    VERIFA_MOCK_API_KEY: 'nonsense', PORT: 'nonsense'
  }
  t.same(parseCommandLine(['conformance'], env), {
    name: 'conformance',
    options: {
      baseUrl: 'http://127.0.0.1:4010', apiKey: 'vk_live_a', sessionId: 's', webhookUrl: 'https://x/hook', only: ['casing', 'DECIDED'], json: true, allowLive: true
    },
    warnings: []
  })
})

t.test('what is wrong with the options of conformance is reported in sentences that show no key', async t => {
  t.equal(problem(['conformance', '--port', '1', '--colour', '--json=yes', '--only', '', '--base-url', 'api.example']), [
    '--port is not an option of conformance.',
    '--colour is not an option.',
    '--json takes no value.',
    '--only cannot be "". It takes part of a topic or name, or DOC or DECIDED.',
    '--base-url cannot be "api.example". It takes an http or https URL without user name, query or fragment.',
    '--api-key is missing. It takes a secret key such as vk_sandbox_abc, without spaces, commas, quotes or backslashes.',
    'The command "help conformance" lists its options.'
  ].join('\n'))
  t.equal(firstProblem(['--base-url', 'http://x']), '--base-url is an option of conformance only.')
  t.equal(firstProblem(['health', '--json', '--port', '1']), '--json is an option of conformance only.')
  t.equal(firstProblem(['conformance', ...run, '--api-key', 'vk_live_0123456789']), '--api-key is a live key, and the suite changes the session. ' +
  'Use a sandbox key, or add --allow-live.')
  t.equal(firstProblem(['conformance', ...runWithoutSession, '--api-key', 'vk_live_0123456789', '--allow-live']),
    '--api-key is a live key, and the suite creates no live session. Add --session-id.')
  t.equal(firstProblem(['conformance', ...run, '--api-key', 'vk_pub_live_0123456789']),
    '--api-key cannot be "vk_pub_live_…6789". It takes a secret key such as vk_sandbox_abc, without spaces, commas, quotes or backslashes.')
  t.throws(() => resolveConformanceOptions({ baseUrl: 'http://x', apiKey: 'vk_live_a', sessionId: 's' }), { message: /^apiKey is a live key/ })
})

t.test('help conformance is about its options, and no others', async t => {
  for (const { description } of Object.values(ConformanceOptions.properties)) t.ok(help('conformance').includes(description as string), String(description))
  for (const { length } of help('conformance').split('\n')) t.ok(length <= 180, 'lines can be read')
  t.match(help('conformance'), /--only <text> \(repeatable\)\n.*\n.*\n +default: none; environment: VERIFA_MOCK_CONFORMANCE_ONLY\n/)
  t.notMatch(help('conformance'), /--port/)
})
