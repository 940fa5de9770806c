import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { parse, parseAllDocuments } from 'yaml'
import { parseCommandLine } from '../../src/command/cli.js'
import { type EmbeddedVerifaMock, type Options, signWebhook, startVerifaMock } from '../../src/index.js'
import { chromiumPath, needsChromium } from './chromium.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(root + file, 'utf8')

type Environment = Record<string, string>

/**
 * Runs a command of an example. `env -i` keeps out everything that is not passed, also what tap adds to processes: with it, dist/
 * and examples/ would count as covered files.
 */
async function run (t: Test, command: string, env: Environment = {}): Promise<{ code: number | null, output: string }> {
  const all = { PATH: `${dirname(process.execPath)}:${String(process.env['PATH'])}`, ...env }
  const child = spawn('env', ['-i', ...Object.entries(all).map(pair => pair.join('=')), 'sh', '-c', command], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true // its own process group, to end all of it
  })
  t.teardown(() => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL')
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const [code] = await once(child, 'close') as [number | null]
  return { code, output }
}

/** Asserts that a run of `node --test` passed and was not empty. */
function passed (t: Test, { code, output }: { code: number | null, output: string }, what: string): void {
  t.equal(code, 0, what, { output, hint: 'It uses dist/. If that is older than src/: npm run build' })
  t.match(output, /^(#|ℹ) pass [1-9]/m)
}

async function start (t: Test, options: Partial<Options> = {}): Promise<EmbeddedVerifaMock> {
  const mock = await startVerifaMock(options)
  t.teardown(async () => mock.close())
  return mock
}

/** Starts a mock with the environment of a service, except for its address and log. */
async function startService (t: Test, env: Environment): Promise<{ mock: EmbeddedVerifaMock, port: string }> {
  const command = parseCommandLine([], env)
  if (command.name !== 'serve' || command.warnings.length > 0) throw new Error(JSON.stringify(command))
  const mock = await start(t, { ...command.options, host: '127.0.0.1', port: 0, logLevel: 'silent' })
  return { mock, port: new URL(mock.url).port }
}

/** The pod of the Deployment in the Kubernetes example. */
function readPod () {
  interface Probe { httpGet: { path: string } }
  interface Container {
    env: { name: string, value?: string }[]
    ports: [{ containerPort: number }]
    livenessProbe: Probe
    readinessProbe: Probe
  }
  const [deployment] = parseAllDocuments(read('examples/kubernetes/mock.yaml'))
  const { spec: { template: { spec } } } = deployment?.toJS() as {
    spec: { template: { spec: { securityContext: { runAsUser: number }, containers: [Container] } } }
  }
  return spec
}

t.test('the examples for node:test pass, with a mock of their own', async t => {
  passed(t, await run(t, 'node --test examples/node-test/*.test.js'), 'node --test')
})

t.test('the browser example passes', needsChromium, async t => {
  passed(t, await run(t, 'node --test examples/browser/*.test.js', { CHROMIUM: chromiumPath as string, HOME: '/tmp' }), 'node --test')
})

t.test('the webhook examples pass, in JavaScript and in Python', async t => {
  passed(t, await run(t, 'node --test examples/webhooks/*.test.js'), 'node --test')
  const check = (signature: string) => run(t, `python3 -B -c 'import sys; sys.path.append("examples/webhooks")
from verify_webhook import verify_webhook
print(verify_webhook(b"{}", sys.argv[1], "whsec_a"))' '${signature}'`)
  const old = Math.floor(Date.now() / 1000) - 400
  for (const [signature, output] of [[signWebhook('{}', 'whsec_a'), 'True'], [signWebhook('{}', 'whsec_b'), 'False'], [signWebhook('{}', 'whsec_a', { t: old }), 'False']]) {
    t.same(await check(String(signature)), { code: 0, output: `${output}\n` })
  }
})

t.test('the curl example passes, and fails if something is unexpected', async t => {
  const curl = async (options: Partial<Options>) => run(t, `sh examples/curl.sh ${(await start(t, options)).url}`)
  t.match(await curl({}), { code: 0, output: /Everything is as expected\.\n$/ })
  t.match(await curl({ apiKeys: ['vk_sandbox_other'] }), { code: 1, output: /unexpected: there is a response: HTTP\/1\.1 401 / }, 'another API key')
  t.match(await curl({ isolation: 'api-key' }), { code: 22 }, 'a fault without a workspace')
  t.match(await curl({ control: false }), { code: 22 }, 'no control plane')
})

t.test('the steps of the GitHub Actions example pass', async t => {
  const { jobs: { test: job } } = parse(read('examples/github-actions.yml')) as {
    jobs: { test: { services: { verifa: { env: Environment, ports: string[] } }, env: Environment, steps: { run?: string }[] } }
  }
  const { port } = await startService(t, job.services.verifa.env)
  t.same(job.services.verifa.ports, ['4010:4010'])
  t.equal(job.env['VERIFA_URL'], 'http://127.0.0.1:4010')
  const [install, tests = '', curl = '', ...more] = job.steps.flatMap(({ run }) => run ?? [])
  t.same([install, more], ['npm ci', []])
  passed(t, await run(t, tests, { VERIFA_URL: `http://127.0.0.1:${port}` }), tests)
  t.match(await run(t, curl, { VERIFA_URL: `http://127.0.0.1:${port}` }), { code: 0, output: /Everything is as expected\.\n$/ }, curl)
})

t.test('the recipes for several replicas have only variables and values that the mock takes', t => {
  const { services: { verifa } } = parse(read('examples/compose/compose.yaml')) as { services: { verifa: { environment: Environment } } }
  const { containers: [{ env: variables }] } = readPod()
  const withoutVariables = (value: string) => value.replaceAll(/\$\{\w+:-(.*?)\}/g, '$1').replaceAll(/\$\(\w+\)/g, 'secret')
  const env = Object.fromEntries(variables.map(({ name, value = 'secret' }) => [name, value]))
  for (const environment of [verifa.environment, env]) {
    const values = Object.entries(environment).map(([name, value]) => [name, withoutVariables(value)])
    const command = parseCommandLine([], Object.fromEntries(values) as Environment)
    t.match(command, { name: 'serve', options: { store: /^redis:/ } })
    t.same('warnings' in command && command.warnings, [])
  }
  t.end()
})

t.test('the Kubernetes manifest fits the image: its user, its port, and the paths of its probes', async t => {
  const { securityContext, containers: [{ ports: [{ containerPort }], livenessProbe, readinessProbe }] } = readPod()
  const dockerfile = read('Dockerfile').split('\n')
  t.ok(dockerfile.includes(`USER ${securityContext.runAsUser}`))
  t.ok(dockerfile.includes(`EXPOSE ${containerPort}`))
  const { app } = await start(t)
  for (const { httpGet: { path: url } } of [livenessProbe, readinessProbe]) {
    const { statusCode } = await app.inject({ url, headers: { host: `10.0.0.1:${containerPort}` } }) // the address of a pod
    t.equal(statusCode, 200)
  }
})

t.test('the services of the Compose example: the mock is healthy, and the tests pass by the name of its service', async t => {
  const { services: { verifa, tests } } = parse(read('examples/compose.yaml')) as {
    services: {
      verifa: { build: string, environment: Environment, healthcheck: { test: string[] } }
      tests: { environment: Environment, command: string, volumes: string[], depends_on: object }
    }
  }
  t.match({ verifa, tests }, {
    verifa: { build: '..' },
    tests: { volumes: ['..:/tests:ro'], working_dir: '/tests', depends_on: { verifa: { condition: 'service_healthy' } } }
  })
  const { mock, port } = await startService(t, verifa.environment)

  const [kind, node = '', main = '', ...words] = verifa.healthcheck.test
  t.same([kind, main], ['CMD', '/app/dist/main.js'])
  t.match(await run(t, [node, 'dist/main.js', ...words].join(' '), { PORT: port }), { code: 0, output: /returned 200/ })

  // In a Compose network, the name of a service resolves to its address.
  const resolver = 'import dns from "node:dns"; const { lookup } = dns; ' +
    'dns.lookup = (name, ...rest) => lookup(name === "verifa" ? "127.0.0.1" : name, ...rest)'
  const url = String(tests.environment['VERIFA_URL']).replace(':4010', `:${port}`)
  t.equal(new URL(url).hostname, 'verifa')
  const options = { VERIFA_URL: url, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(resolver)}` }
  passed(t, await run(t, tests.command, options), tests.command)

  const call = { url: '/_mock/state', headers: { host: 'verifa:4010' } }
  t.equal((await mock.app.inject(call)).statusCode, 200)
  const { mock: another } = await startService(t, {})
  t.equal((await another.app.inject(call)).statusCode, 403, 'without VERIFA_MOCK_ALLOWED_HOST')
})
