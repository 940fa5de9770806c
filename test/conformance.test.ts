import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { cases } from '../src/conformance/cases.js'
import { type ConformanceSurroundings, runConformance } from '../src/conformance/conformance.js'
import type { ConformanceOptions } from '../src/conformance/options.js'
import { type EmbeddedVerifaMock, type Options, startVerifaMock } from '../src/index.js'
import { LIVE_KEY, SANDBOX_KEY } from './helper.js'

interface Drift { step: number, sent: string, expected: string, seen: string }

/** The document that `--json` prints. */
interface Report {
  base_url: string
  session_id: string
  api_key: string
  exit_code: number
  stopped: string | null
  counts: Record<'DOC' | 'DECIDED', { cases: number, drift: number }>
  leftovers: string[]
  cases: { topic: string, name: string, mark: string, says: string, drift: Drift | null }[]
}

async function start (t: Test, options: Partial<Options> = {}): Promise<EmbeddedVerifaMock> {
  const mock = await startVerifaMock(options)
  t.teardown(async () => mock.close())
  return mock
}

/** A run of the suite, which waits for nothing longer than it needs. */
async function run (baseUrl: string, options: Partial<ConformanceOptions> = {}, surroundings: Partial<ConformanceSurroundings> = {}) {
  const lines: string[] = []
  const { report, ...rest } = await runConformance(
    { baseUrl, apiKey: SANDBOX_KEY, sessionId: 'ses_pending', only: [], json: true, allowLive: false, ...options },
    {
      progress: line => lines.push(line),
      signal: new AbortController().signal,
      // a clock that is to move in between: a few milliseconds are enough for one that tells them
      wait: async milliseconds => new Promise(resolve => setTimeout(resolve, Math.min(milliseconds, 5))),
      ...surroundings
    }
  )
  return { ...rest, text: String(report), report: (options.json === false ? {} : JSON.parse(report ?? '{}')) as Report, lines }
}

const drifted = ({ cases }: Report) => cases.filter(({ drift }) => drift !== null).map(({ topic, name }) => `${topic}: ${name}`)

function without<T extends object> (object: T, member: string): T {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== member)) as T
}

/** A request on its way through a faulty target. */
interface Exchange {
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: string
}

interface Answer {
  status: number
  headers: Record<string, string>
  body: string
}

/** A target that is the mock but for what is done to its requests and answers; `cut` ends the connection. */
async function faulty (
  t: Test, mock: EmbeddedVerifaMock, twist: (request: Exchange, answer: () => Promise<Answer>) => Promise<Answer | 'cut'>
): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const exchange = { method, url, headers: without(headers, 'content-length'), body: Buffer.concat(chunks).toString() }
      const answer = async () => {
        const { body: payload, ...sent } = exchange
        const { statusCode, headers, body } = await mock.app.inject({ ...sent, method: sent.method as 'PATCH', payload })
        return { status: statusCode, headers: without(headers, 'content-length') as Record<string, string>, body }
      }
      void twist(exchange, answer).then(answer => {
        if (answer === 'cut') request.socket.destroy()
        else response.writeHead(answer.status, answer.headers).end(answer.body)
      })
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test('against the mock every case passes, for every kind of session, under both paths', async t => {
  const mock = await start(t)
  const sessions = [
    ['ses_pending', SANDBOX_KEY, ''],
    ['ses_rich', SANDBOX_KEY, '/api/v1'],
    ['ses_completed', SANDBOX_KEY, '/api/v1/'],
    ['ses_live_pending', LIVE_KEY, '']
  ] as const
  for (const [sessionId, apiKey, path] of sessions) {
    const before = await mock.session(sessionId)
    const { exitCode, report, problem, lines } = await run(mock.url + path, { sessionId, apiKey, allowLive: true })
    t.same(drifted(report), [], sessionId)
    t.equal(exitCode, 0)
    t.equal(problem, undefined)
    t.match(report, {
      base_url: mock.url + path.replace(/\/$/, ''), session_id: sessionId, api_key: /^vk_(sandbox|live)_…/, exit_code: 0, stopped: null, leftovers: []
    })
    t.equal(report.cases.length, cases.length)
    t.equal(lines.length, cases.length, 'a line for each')
    t.match(lines[0], new RegExp(`^\\[1/${cases.length}\\] ok    update: `))
    t.same(without(await mock.session(sessionId), 'updated_at'), without(before, 'updated_at'), 'and the session is as it was')
  }
})

t.test('names are there once, and every case says something', async t => {
  t.equal(new Set(cases.map(({ topic, name }) => `${topic}: ${name}`)).size, cases.length)
  for (const { topic, name, says, steps } of cases) {
    t.ok(says.length > 10, `${topic}: ${name}`)
    t.ok(steps.some(({ expect = [] }) => expect.length > 0), `${topic}: ${name} expects something`)
  }
})

/** The body of a success with something done to it. */
const successes = (change: (body: Record<string, unknown>) => unknown) => async (_: Exchange, answer: () => Promise<Answer>): Promise<Answer> => {
  const { status, headers, body } = await answer()
  return { status, headers, body: status === 200 ? JSON.stringify(change(JSON.parse(body) as Record<string, unknown>)) : body }
}

t.test('wrong targets', async t => {
  const mock = await start(t)
  const targets: [name: string, twist: Parameters<typeof faulty>[2], exitCode: number, drift: (string | RegExp)[]][] = [
    ['fields in another order', successes(body => Object.fromEntries(Object.entries(body).reverse())), 1, [
      'session: the fields are in the order of the page', 'casing: keys are snake_case by default', 'casing: Key-Inflection: snake',
      'casing: Key-Inflection: camel', 'casing: Key-Inflection: kebab'
    ]],
    ['a field too many', successes(body => ({ ...body, more: 1 })), 0, ['session: there are no other fields']],
    ['a field that is not there', successes(body => without(body, 'tags')), 1, [
      'session: the fields are in the order of the page', 'session: tags is a list of text', /snake_case by default/, /snake$/, /camel$/, /kebab$/
    ]],
    ['null deletes nothing', async (request, answer) => {
      // what is not an update of metadata with a null in it goes on as it is
      if (/^\{"metadata":\{[^{}]*:null[^{}]*\}\}$/.test(request.body)) {
        const { metadata } = JSON.parse(request.body) as { metadata: object }
        request.body = JSON.stringify({ metadata: Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== null)) })
      }
      return answer()
    }, 1, ['metadata: a key set to null is removed']],
    ['replays with other bytes', async (_, answer) => {
      const { body, headers, ...rest } = await answer()
      return { ...rest, headers, body: headers['idempotent-replayed'] === undefined ? body : `${body} ` }
    }, 0, [
      'idempotency: a replay is the same to the byte',
      'idempotency: the order of members is no parameter, nor is white space, nor a name\'s casing', 'idempotency: the casing of the answer is no parameter',
      'idempotency: the version is no parameter', 'idempotency: a mismatch leaves the kept result as it was',
      'idempotency: equal requests at the same time are carried out once'
    ]],
    ['no Verifa-Version', async (_, answer) => {
      const { headers, ...rest } = await answer()
      return { ...rest, headers: without(headers, 'verifa-version') }
    }, 0, ['versions: the answer says which version was used', /^versions: a later date is accepted/]],
    ['no idempotency', async ({ headers }, answer) => {
      delete headers['idempotency-key']
      return answer()
    }, 1, [
      /^update: updated_at does not move/, /gets the original response/, /a replay changes nothing/, /same to the byte/,
      /says that it is one/, /another body/, /another session/, /order of members/, /absent and null/, /casing of the answer/,
      /the version is no/, /a mismatch leaves/, /255 characters/, /256 characters/, /carried out once/, /told in the casing/,
      /all problems of the headers/, /^order: idempotency before/
    ]],
    ['texts of numbers for numbers', successes(body => ({ ...body, processing_attempts: '1', updated_at: 'yesterday' })), 1, [
      /^update: updated_at moves/, /^session: updated_at is/, /^session: processing_attempts is/, /^session: times are/,
      'idempotency: the casing of the answer is no parameter'
    ]],
    ['all open', successes(body => ({ ...body, status: 'completed', is_sandbox: false })), 1, [
      'session: capture_url is present only while the session is pending or capturing',
      'session: capture_url and token_expires_at are null unless the session is pending or capturing, and there while it is',
      'session: the environment is env_sandbox or env_live', 'session: the session belongs to the environment of the key'
    ]]
  ]
  for (const [name, twist, exitCode, expected] of targets) {
    t.test(name, async t => {
      const { report, ...rest } = await run(await faulty(t, mock, twist))
      t.match(drifted(report), expected)
      t.equal(drifted(report).length, expected.length, 'and no other', { drifted: drifted(report) })
      t.equal(rest.exitCode, exitCode)
      t.equal(report.exit_code, exitCode)
    })
  }
})
