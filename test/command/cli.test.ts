import t from 'tap'
import { parseCommandLine } from '../../src/command/cli.js'
import { ConformanceOptions, resolveConformanceOptions } from '../../src/conformance/options.js'
import { help } from '../../src/command/help.js'
import { OptionsError } from '../../src/options/check.js'
import { optionNames, Options, resolveOptions } from '../../src/options/options.js'

const defaults = resolveOptions({})

function problem (args: string[], env: Record<string, string> = {}): string {
  const command = parseCommandLine(args, env)
  return command.name === 'problem' ? command.message : `no problem, but ${command.name}`
}

function options (args: string[], env: Record<string, string> = {}): Options {
  const command = parseCommandLine(args, env)
  if (!('options' in command) || command.name === 'conformance') throw new Error(command.name === 'problem' ? command.message : command.name)
  return command.options
}

/** The words that a run of the conformance suite cannot do without. */
const run = ['--base-url', 'https://x/api/v1', '--api-key', 'vk_sandbox_a', '--session-id', 'ses_1']

t.test('without words the mock is started, with the defaults', async t => {
  t.same(parseCommandLine([], {}), { name: 'serve', options: defaults })
  t.match(defaults, {
    port: 4010, host: '127.0.0.1', fixtures: /fixtures$/, logLevel: 'info', apiKeys: [], unknownFields: 'reject',
    defaultKeyInflection: 'snake', maxIdempotencyKeys: 100_000
  })
})

t.test('commands', async t => {
  for (const name of ['serve', 'health', 'openapi']) t.equal(parseCommandLine([name, '--port', '1'], {}).name, name)
  for (const word of ['--help', '-h']) t.same(parseCommandLine(['health', word, '--nonsense'], {}), { name: 'help' })
  for (const word of ['--version', '-v']) t.same(parseCommandLine([word], {}), { name: 'version' })
})

t.test('every option as a flag and as an environment variable', async t => {
  const cases: [flag: string, variable: string, word: string, option: keyof Options, value: unknown][] = [
    ['--port', 'VERIFA_MOCK_PORT', '0', 'port', 0],
    ['--host', 'VERIFA_MOCK_HOST', '0.0.0.0', 'host', '0.0.0.0'],
    ['--fixtures', 'VERIFA_MOCK_FIXTURES', './f.json', 'fixtures', './f.json'],
    ['--log-level', 'VERIFA_MOCK_LOG_LEVEL', 'warn', 'logLevel', 'warn'],
    ['--api-key', 'VERIFA_MOCK_API_KEY', 'vk_live_a', 'apiKeys', ['vk_live_a']],
    ['--unknown-fields', 'VERIFA_MOCK_UNKNOWN_FIELDS', 'ignore', 'unknownFields', 'ignore'],
    ['--default-key-inflection', 'VERIFA_MOCK_DEFAULT_KEY_INFLECTION', 'kebab', 'defaultKeyInflection', 'kebab'],
    ['--max-idempotency-keys', 'VERIFA_MOCK_MAX_IDEMPOTENCY_KEYS', '7', 'maxIdempotencyKeys', 7],
    ['--isolation', 'VERIFA_MOCK_ISOLATION', 'api-key', 'isolation', 'api-key'],
    ['--max-workspaces', 'VERIFA_MOCK_MAX_WORKSPACES', '7', 'maxWorkspaces', 7],
    ['--max-journal-entries', 'VERIFA_MOCK_MAX_JOURNAL_ENTRIES', '7', 'maxJournalEntries', 7],
    ['--max-journal-bytes', 'VERIFA_MOCK_MAX_JOURNAL_BYTES', '7', 'maxJournalBytes', 7],
    ['--control-token', 'VERIFA_MOCK_CONTROL_TOKEN', 'secret', 'controlToken', 'secret'],
    ['--allowed-host', 'VERIFA_MOCK_ALLOWED_HOST', 'verifa', 'allowedHosts', ['verifa']]
  ]
  t.same([...cases.map(([, , , option]) => option), 'control', 'watch'].sort(), [...optionNames].sort(), 'none is left out')
  for (const [flag, variable, word, option, value] of cases) {
    t.same(options([flag, word]), { ...defaults, [option]: value }, flag)
    t.same(options([`${flag}=${word}`]), { ...defaults, [option]: value }, `${flag}=`)
    t.same(options([], { [variable]: word }), { ...defaults, [option]: value }, variable)
  }
})

t.test('what is true or false is turned by its flag alone', async t => {
  t.match(defaults, { control: true, watch: false })
  t.match(options(['--no-control', '--watch']), { control: false, watch: true })
  for (const [yes, no] of [['true', 'false'], ['1', '0']] as const) {
    t.match(options([], { VERIFA_MOCK_CONTROL: no, VERIFA_MOCK_WATCH: yes }), { control: false, watch: true })
    t.match(options([], { VERIFA_MOCK_CONTROL: yes, VERIFA_MOCK_WATCH: no }), { control: true, watch: false })
  }
  t.equal(problem(['--watch=yes']).split('\n')[0], '--watch takes no value.')
  t.equal(problem([], { VERIFA_MOCK_WATCH: 'yes' }).split('\n')[0], 'VERIFA_MOCK_WATCH cannot be "yes". It takes true or false.')
})

t.test('what Kubernetes tells of a service called verifa-mock is no option', async t => {
  t.equal(options([], { VERIFA_MOCK_PORT: 'tcp://10.0.0.1:4010' }).port, 4010)
  t.equal(options([], { VERIFA_MOCK_PORT: 'tcp://10.0.0.1:4010', PORT: '8080' }).port, 8080)
})

t.test('what wins', async t => {
  t.equal(options([], { PORT: '1', HOST: '::1' }).port, 1)
  t.equal(options([], { HOST: '::1' }).host, '::1')
  t.equal(options([], { PORT: '1', VERIFA_MOCK_PORT: '2' }).port, 2)
  t.equal(options(['--port', '3'], { PORT: '1', VERIFA_MOCK_PORT: '2' }).port, 3)
  t.equal(options(['--port', '3', '--port', '4']).port, 4, 'the last flag')
  t.equal(options([], { PORT: '', VERIFA_MOCK_PORT: '' }).port, 4010, 'an empty variable is none')
  t.same(options(['--api-key', 'vk_live_a', '--api-key=vk_sandbox_b=sessions:read']).apiKeys, ['vk_live_a', 'vk_sandbox_b=sessions:read'])
  t.same(options([], { VERIFA_MOCK_API_KEY: 'vk_live_a, vk_live_b vk_live_c,\n' }).apiKeys, ['vk_live_a', 'vk_live_b', 'vk_live_c'])
  t.same(options(['--api-key', 'vk_live_z'], { VERIFA_MOCK_API_KEY: 'vk_live_a' }).apiKeys, ['vk_live_z'])
})

t.test('what is wrong is told in sentences that name the option, the value and what is allowed, all at once', async t => {
  t.equal(problem(['--port', '80a', '--log-level=loud', '--colour', 'sevre', 'now'], { VERIFA_MOCK_MAX_IDEMPOTENCY_KEYS: '-1', HOST: '' }), [
    '--colour is not an option. The options are --port, --host, --fixtures, --log-level, --api-key, --unknown-fields, ' +
    '--default-key-inflection, --max-idempotency-keys, --isolation, --max-workspaces, --max-journal-entries, --max-journal-bytes, ' +
    '--no-control, --control-token, --allowed-host, --watch, --help, --version.',
    'sevre is not a command. The commands are serve, health, openapi, conformance.',
    'now is one word too many. There is one command, and everything else is an option.',
    'VERIFA_MOCK_MAX_IDEMPOTENCY_KEYS cannot be "-1". It takes a whole number from 1 to 10000000.',
    '--port cannot be "80a". It takes a whole number from 0 to 65535.',
    '--log-level cannot be "loud". It takes one of fatal, error, warn, info, debug, trace, silent.',
    'verifa-mock --help lists everything there is.'
  ].join('\n'))
  const first = (args: string[], env: Record<string, string> = {}) => problem(args, env).split('\n')[0]
  t.equal(first(['--port']), '--port needs a value. It takes a whole number from 0 to 65535.')
  t.equal(first(['--port', '65536']), '--port cannot be 65536. It takes a whole number from 0 to 65535.')
  t.equal(first([], { PORT: 'http' }), 'PORT cannot be "http". It takes a whole number from 0 to 65535.')
  t.equal(first(['--allowed-host', 'a:80']), '--allowed-host cannot be "a:80". It takes host names without a port.')
  t.equal(first(['--fixtures=']), '--fixtures cannot be "". It takes text that is not empty.')
  t.equal(first(['--api-key', 'secret']),
    '--api-key cannot be "…". It takes keys such as vk_live_abc, vk_sandbox_abc or vk_sandbox_abc=sessions:read+sessions:write.')
  t.equal(first(['health', '--port', '0']), 'health needs the port of a running mock. Give it with --port or PORT.')
})

t.test('buildApp is told the same of the options it is given', async t => {
  const complaint = (given: object) => {
    try {
      resolveOptions(given)
      return ''
    } catch (error) {
      t.ok(error instanceof OptionsError)
      return (error as Error).message
    }
  }
  t.equal(complaint({ port: '4010' }), 'port cannot be "4010". It takes a whole number from 0 to 65535.', 'nothing is coerced')
  t.equal(complaint({ apiKeys: ['vk_live_a', 7] }),
    'apiKeys cannot be 7. It takes keys such as vk_live_abc, vk_sandbox_abc or vk_sandbox_abc=sessions:read+sessions:write.')
  t.equal(complaint({ prot: 1 }), `prot is not an option. The options are ${optionNames.join(', ')}.`)
  t.equal(complaint({ port: undefined }), '', 'undefined is the default')
})

t.test('the help names every option, what it does, takes, and is by default', async t => {
  for (const option of optionNames) t.ok(help().includes(Options.properties[option].description ?? ''), option)
  for (const { length } of help().split('\n')) t.ok(length <= 180, 'lines can be read')
  t.match(help(), /--port <number>\n.*\n.*0 to 65535\n.*default: 4010; environment: VERIFA_MOCK_PORT or PORT\n/)
  t.match(help(), /--api-key <text> \(repeatable\)/)
  t.match(help(), /--no-control\n.*\n.*default: true; environment: VERIFA_MOCK_CONTROL\n/)
  t.match(help(), /--control-token <text>\n.*\n.*\n.*default: none;/)
})

t.test('conformance has options of its own', async t => {
  const expected = { baseUrl: 'https://x/api/v1', apiKey: 'vk_sandbox_a', sessionId: 'ses_1', only: [], json: false, allowLive: false }
  t.same(parseCommandLine(['conformance', ...run], {}), { name: 'conformance', options: expected })
  t.match(parseCommandLine([...run, '--only=DOC', 'conformance', '--only', 'null', '--json', '--allow-live'], {}),
    { options: { only: ['DOC', 'null'], json: true, allowLive: true } })
  const env = {
    VERIFA_MOCK_CONFORMANCE_BASE_URL: 'http://127.0.0.1:4010', VERIFA_MOCK_CONFORMANCE_API_KEY: 'vk_live_a', VERIFA_MOCK_CONFORMANCE_SESSION_ID: 's',
    VERIFA_MOCK_CONFORMANCE_ONLY: 'casing, DECIDED', VERIFA_MOCK_CONFORMANCE_JSON: '1', VERIFA_MOCK_CONFORMANCE_ALLOW_LIVE: 'true',
    VERIFA_MOCK_API_KEY: 'nonsense', PORT: 'nonsense'
  }
  t.same(parseCommandLine(['conformance'], env), {
    name: 'conformance',
    options: { baseUrl: 'http://127.0.0.1:4010', apiKey: 'vk_live_a', sessionId: 's', only: ['casing', 'DECIDED'], json: true, allowLive: true }
  })
  t.same(parseCommandLine(['conformance', '--help'], {}), { name: 'help', about: 'conformance' })
  t.same(parseCommandLine(['conformance', '-v'], {}), { name: 'version' })
})

t.test('what is wrong with the options of conformance is told in sentences, and no key is', async t => {
  const options = '--base-url, --api-key, --session-id, --only, --json, --allow-live, --help, --version.'
  t.equal(problem(['conformance', '--port', '1', '--colour', '--json=yes', '--only', '', '--base-url', 'api.example']), [
    `--port is an option of the other commands, and not of conformance. The options are ${options}`,
    `--colour is not an option. The options are ${options}`,
    '--json takes no value.',
    '--only cannot be "". It takes part of a topic or name, or DOC or DECIDED.',
    '--base-url cannot be "api.example". It takes an http or https URL without user, query and fragment.',
    '--api-key is missing. It takes a secret key such as vk_sandbox_abc, without spaces, commas, quotes and backslashes.',
    '--session-id is missing. It takes text that is not empty.',
    'verifa-mock conformance --help lists everything there is.'
  ].join('\n'))
  const first = (args: string[]) => problem(args).split('\n')[0]
  t.match(first(['--base-url', 'http://x']), /^--base-url is an option of conformance alone\. The options are --port, /)
  t.match(first(['health', '--json', '--port', '1']), /^--json is an option of conformance alone\. /)
  t.equal(first(['conformance', ...run, '--api-key', 'vk_live_0123456789']), '--api-key is a key of the live environment. ' +
  'The suite changes the session: use a sandbox key, or say --allow-live.')
  t.equal(first(['conformance', ...run, '--api-key', 'vk_pub_live_0123456789']),
    '--api-key cannot be "vk_pub_live_…6789". It takes a secret key such as vk_sandbox_abc, without spaces, commas, quotes and backslashes.')
  t.throws(() => resolveConformanceOptions({ baseUrl: 'http://x', apiKey: 'vk_live_a', sessionId: 's' }), { message: /^apiKey is a key of the live/ })
})

t.test('the help of conformance is about its options, and no others', async t => {
  for (const { description } of Object.values(ConformanceOptions.properties)) t.ok(help('conformance').includes(description as string), String(description))
  for (const { length } of help('conformance').split('\n')) t.ok(length <= 180, 'lines can be read')
  t.match(help('conformance'), /--only <text> \(repeatable\)\n.*\n.*\n +default: none; environment: VERIFA_MOCK_CONFORMANCE_ONLY\n/)
  t.notMatch(help('conformance'), /--port/)
})
