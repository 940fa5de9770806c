import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { cases } from '../src/conformance/cases.js'
import { type ConformanceSurroundings, runConformance } from '../src/conformance/conformance.js'
import { type ConformanceOptions, resolveConformanceOptions } from '../src/conformance/options.js'
import { run as command } from './command/process.js'
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

type Twist = (request: Exchange, answer: () => Promise<Answer>) => Promise<Answer | 'cut'>

/** A target that is the mock but for what is done to its requests and answers; `cut` ends the connection. */
async function faulty (t: Test, mock: EmbeddedVerifaMock, twist: Twist): Promise<string> {
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
    const url = mock.url + path
    const { exitCode, report, problem, lines } = await run(url, { sessionId, apiKey, allowLive: true })
    t.same(drifted(report), [], sessionId)
    t.equal(exitCode, 0)
    t.equal(problem, undefined)
    t.match(report, {
      base_url: url.replace(/\/$/, ''),
      session_id: sessionId,
      api_key: /^vk_(sandbox|live)_…/,
      exit_code: 0,
      stopped: null,
      leftovers: []
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
const successes = (change: (body: Record<string, unknown>) => unknown): Twist => async (_, answer) => {
  const { status, headers, body } = await answer()
  return { status, headers, body: status === 200 ? JSON.stringify(change(JSON.parse(body) as Record<string, unknown>)) : body }
}

t.test('wrong targets', async t => {
  const mock = await start(t)
  const targets: [name: string, twist: Twist, exitCode: number, drift: (string | RegExp)[]][] = [
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

t.test('every case can fail: against a target that is broken behind its first answer each is told', async t => {
  const mock = await start(t)
  const broken = (...answers: [status: number, body: string][]): Twist => {
    let begun = false
    let sent = 0
    return async (_, answer) => {
      const first = !begun
      begun = true
      const [status, body] = answers[sent++ % answers.length] as [number, string]
      return first ? answer() : { status, headers: {}, body }
    }
  }
  const all = cases.map(({ topic, name }) => `${topic}: ${name}`)
  const dead = await run(await faulty(t, mock, broken([500, 'out of order'])))
  t.same(drifted(dead.report), all)
  t.match(dead.report.cases[0]?.drift, {
    step: 1,
    sent: /^PATCH \/sessions\/ses_pending \{"external_ref":"conformance_[0-9a-f]{8}_0_ref"\}$/,
    expected: 'a status from 200 to 299',
    seen: 'status 500, out of order'
  })
  t.same(dead.report.leftovers, ['The session could not be put back: an update of nothing is answered with status 500, out of order'])

  // what any 200 fits says nothing of the body
  const any = ['an update of nothing', 'a success is a 200', 'a charset beside', 'no version is', 'the current version is', 'the version of the page']
  const fits = (name: string) => any.some(beginning => name.includes(beginning))
  for (const body of ['{"metadata":{}}', '', '[]', '{"metadata":null,"error":7,"detail":[7]}']) {
    const { report } = await run(await faulty(t, mock, broken([200, body])))
    const passed = report.cases.filter(({ drift, mark }) => drift === null && mark === 'DECIDED').filter(({ name }) => !fits(name))
    t.ok(passed.length < 8, `${body} does not pass for much`, { passed })
  }
  const refusals: [number, string][] = [
    [422, '{"error":"validation_error"}'], [422, '{"error":"validation_error","detail":"x"}'], [400, '{"error":"bad_request"}'], [401, '{}']
  ]
  for (const refusal of refusals) {
    const { exitCode, report } = await run(await faulty(t, mock, broken(refusal)))
    t.equal(exitCode, 1)
    t.ok(report.counts.DOC.drift > 40, refusal.join(' '), report.counts)
  }
})

t.test('the report for people, grouped, with masked keys', async t => {
  const mock = await start(t)
  const long = 'x'.repeat(277)
  const url = await faulty(t, mock, async (request, answer) => {
    if (request.headers['verifa-version'] !== '2099-12-31' && request.headers['key-inflection'] !== 'camel') return answer()
    return { status: 500, headers: {}, body: `${long} broken by ${String(request.headers['x-api-key'])}` }
  })
  const apiKey = 'vk_sandbox_0123456789'
  const { text, exitCode } = await run(url, { json: false, apiKey, only: ['a later date', 'casing: '] })
  t.equal(exitCode, 1)
  const paragraphs = text.split('\n\n')
  t.equal(paragraphs[0], `Conformance of ${url}, session ses_pending, key vk_sandbox_…6789`)
  t.equal(paragraphs[1], 'DOC: what the vendor documents. 5 cases, 2 drift')
  t.equal(paragraphs[2], [
    '  casing: Key-Inflection: camel',
    '    the page:  Key-Inflection: snake, camel or kebab.',
    '    request:   PATCH /sessions/ses_pending {"Key-Inflection":"camel"} {}',
    '    expected:  a status from 200 to 299',
    `    seen:      status 500, ${long} broken by vk_sandbox_…… (304 characters)`
  ].join('\n'))
  t.equal(paragraphs[4], 'DECIDED: what the mock does where the vendor documents nothing. 4 cases, 3 drift')
  t.match(paragraphs.at(-1), / {2}versions: a later date .*\n {4}decided: {3}Any later date/)
  t.notMatch(text, /0123/)
})

t.test('--only', async t => {
  const { url } = await start(t)
  const ran = async (...only: string[]) => (await run(url, { only })).report.cases
  t.ok((await ran('DOC')).every(({ mark }) => mark === 'DOC'))
  t.equal((await ran('doc')).length, cases.filter(({ mark }) => mark === 'DOC').length)
  t.same(await ran('Versions: the CURRENT'), await ran('the current version is'))
  t.same(new Set((await ran('null is removed', 'order:')).map(({ topic }) => topic)), new Set(['metadata', 'order']))
  t.match(await run(url, { only: ['DECIDED', 'nonsense', 'more of it'] }),
    { exitCode: 2, text: 'undefined', problem: 'No case has "nonsense" or "more of it" in its topic or name.' })
})

t.test('a mock with options of its own drifts where they say', async t => {
  const ignoring = await run((await start(t, { unknownFields: 'ignore' })).url, { only: ['body'] })
  t.match(drifted(ignoring.report), ['body: an unknown member is refused, and named', 'body: all problems of a body are told at once'])
  t.equal(ignoring.exitCode, 0, 'which the vendor does not document')
  const kebab = await run((await start(t, { defaultKeyInflection: 'kebab' })).url)
  t.same(drifted(kebab.report), ['casing: keys are snake_case by default'])
  t.equal(kebab.exitCode, 1, 'which the vendor does')
})

t.test('a target that cannot be asked: one sentence, and nothing was changed', async t => {
  const mock = await start(t, { apiKeys: ['vk_sandbox_known', 'vk_sandbox_reader=sessions:read'] })
  const answering = async (status: number, body: string) => faulty(t, mock, async () => ({ status, headers: {}, body }))
  const cut = await faulty(t, mock, async () => 'cut')
  const closed = await startVerifaMock()
  await closed.close()
  const targets: [url: string, options: Partial<ConformanceOptions>, problem: RegExp][] = [
    [closed.url, {}, /^http:\/\/127\.0\.0\.1:\d+ does not answer: .*ECONNREFUSED\.$/],
    ['http://127.0.0.1:99999', {}, /does not answer: .*\.$/],
    [cut, {}, /does not answer: .*other side closed/],
    [mock.url, { apiKey: 'vk_sandbox_0123456789' }, /^The API key is not accepted: PATCH .* answers status 401, .*Invalid API key/],
    [mock.url, { apiKey: 'vk_sandbox_reader' }, /^The API key is not accepted: PATCH .* answers status 403, /],
    [`${mock.url}/v1`, { apiKey: 'vk_sandbox_known' }, /^There is no such session for this key, or the base URL .*404/],
    [mock.url, { apiKey: 'vk_sandbox_known', sessionId: 'a/b' }, /^There is no such session .*\/sessions\/a\/b answers/],
    [mock.url, { apiKey: 'vk_sandbox_known', sessionId: 'ses_redacted' }, /^The session cannot be updated: .*redacted/],
    [await answering(503, ''), {}, /^The session cannot be updated: PATCH .* answers status 503, no body\.$/],
    [await answering(200, '<html>'), {}, /^This is no session: PATCH .* answers status 200, <html>\.$/],
    [await answering(200, '{}'), {}, /^This is no session: /],
    [await answering(429, ''), {}, /still answers 429 after 5 waits/],
    [await answering(302, ''), {}, /^The session cannot be updated: .*302/]
  ]
  for (const [url, options, problem] of targets) {
    const outcome = await run(url, options)
    t.match(outcome, { exitCode: 2, text: 'undefined', problem, lines: [] }, String(problem))
    t.notMatch(outcome.problem, /0123/)
  }
})

t.test('what cannot be put back is told', async t => {
  const mock = await start(t)
  const bare = await run(mock.url, { sessionId: 'ses_bare', only: ['update: '] })
  t.equal(bare.exitCode, 0)
  t.match(bare.report.leftovers, [
    /^external_ref was null, which the target does not take back: it is now "conformance_[0-9a-f]{8}_\d_ref"\.$/
  ])
  t.same((await mock.session('ses_bare')).metadata, {})

  const keeping = await faulty(t, mock, async (request, answer) => {
    request.body = request.body.replace(/:null([,}])/g, ':0$1')
    return answer()
  })
  const kept = await run(keeping, { only: ['set to null is removed'] })
  t.match(kept.report.leftovers, [/^These metadata keys could not be removed: conformance_[0-9a-f]{8}_0_a, conformance_[0-9a-f]{8}_0_b\.$/])
})

t.test('metadata keys are removed also where the target has renamed them', async t => {
  const mock = await start(t)
  const before = (await mock.session('ses_pending')).metadata
  const renaming = await faulty(t, mock, async (request, answer) => {
    request.body = request.body.replace(/"conformance_(\w+?)_(\d+_\w+)":/g, '"conformance-$1$2":')
    return answer()
  })
  const { report } = await run(renaming, { only: ['metadata: keys sent'] })
  t.equal(drifted(report).length, 1)
  t.match(report.cases[0]?.drift?.seen, /^in metadata: conformance_\w+ not there, /)
  t.same(report.leftovers, [])
  t.same((await mock.session('ses_pending')).metadata, before)
})

t.test('a target that is asked too often is waited for, within bounds', async t => {
  const mock = await start(t)
  const waits: number[] = []
  const wait = async (milliseconds: number) => {
    waits.push(milliseconds)
  }
  const limits: (string | undefined)[] = ['7', '3600', undefined, 'Mon, 23 Nov 2026 00:00:00 GMT', '-1']
  const limited = await faulty(t, mock, async (_, answer) => {
    const retryAfter = limits.length > 0 ? limits.shift() : 'none'
    return retryAfter === 'none' ? answer() : { status: 429, headers: { ...(retryAfter !== undefined && { 'retry-after': retryAfter }) }, body: '' }
  })
  t.match(await run(limited, { only: ['a success is'] }, { wait }), { exitCode: 0, report: { counts: { DECIDED: { cases: 1, drift: 0 } } } })
  t.same(waits, [7000, 60_000, 1000, 1000, 1000])

  let requests = 0
  const busy = await faulty(t, mock, async (_, answer) => {
    requests++
    return requests === 1 || requests > 7 ? answer() : { status: 429, headers: {}, body: '' }
  })
  const { exitCode, problem, report } = await run(busy, { only: ['update: '] }, { wait })
  t.equal(exitCode, 2)
  t.match(problem, /^http:\S+ still answers 429 after 5 waits\. .* 0 of 10 cases were run\.$/)
  t.match(report, { stopped: problem, exit_code: 2, cases: [], leftovers: [] })
})

t.test('a lost answer is drift, a target that is gone ends the run', async t => {
  const mock = await start(t)
  const losing = (...lost: number[]): Twist => {
    let requests = 0
    return async (_, answer) => lost.includes(requests++) ? 'cut' : answer()
  }
  const once = await run(await faulty(t, mock, losing(1)), { only: ['update: external_ref'] })
  t.match(once.report.cases[0]?.drift, { step: 1, expected: 'an answer', seen: /^none: \S/ })
  t.equal(once.report.cases[1]?.drift, null)
  t.equal(once.exitCode, 1)

  const gone = await run(await faulty(t, mock, losing(2, 3, 4)), { only: ['update: '] })
  t.match(gone, { exitCode: 2, problem: /^http:\S+ does not answer any more: .+\. 1 of 10 cases were run\.$/, report: { leftovers: [] } })

  const silent = await run(await faulty(t, mock, async (request, answer) =>
    request.headers['verifa-version'] === undefined ? answer() : new Promise(() => undefined)), { only: ['the current version'] }, { patience: 200 })
  t.match(silent.report.cases[0]?.drift, { seen: /^none: .*timeout/ })
})

t.test('an interrupted run puts the session back, and tells what it has', async t => {
  const mock = await start(t)
  const before = without(await mock.session('ses_pending'), 'updated_at')
  const between = new AbortController()
  const lines: string[] = []
  const first = await run(mock.url, {}, {
    signal: between.signal,
    progress: line => {
      if (lines.push(line) === 4) between.abort()
    }
  })
  t.match(first, { exitCode: 2, problem: `It was interrupted. 4 of ${cases.length} cases were run.`, report: { cases: { length: 4 }, leftovers: [] } })

  const waiting = new AbortController()
  const second = await run(mock.url, { only: ['updated_at moves'] }, {
    signal: waiting.signal,
    wait: async (_, signal) => {
      waiting.abort()
      signal?.throwIfAborted()
    }
  })
  t.match(second, { exitCode: 2, problem: 'It was interrupted. 0 of 1 cases were run.' })
  t.same(without(await mock.session('ses_pending'), 'updated_at'), before)
})

t.test('a defect of the suite ended it without a report, with the exit code that means drift', async t => {
  const mock = await start(t)
  const before = without(await mock.session('ses_pending'), 'updated_at')
  const wait = async () => {
    throw new Error('a defect')
  }
  const { exitCode, problem, report } = await run(mock.url, { only: ['update: '] }, { wait })
  t.match(problem, /^A defect of the suite ended it: Error: a defect\. \d of 10 cases were run\.$/)
  t.match(report, { stopped: problem, exit_code: 2, leftovers: [] })
  t.equal(exitCode, 2)
  t.same(without(await mock.session('ses_pending'), 'updated_at'), before)
})

t.test('a deep value that the target took was in all further answers, and ended the run', async t => {
  const mock = await start(t)
  const deep = new Map<string, string>()
  let carrying = 0
  const taking = await faulty(t, mock, async (request, answer) => {
    const [, taken, value] = /^\{"metadata":\{"(\w+)":(\[{1001,}\]+)\}\}$/.exec(request.body) ?? []
    if (taken !== undefined && value !== undefined) {
      deep.set(taken, value)
      request.body = '{}'
    }
    for (const key of deep.keys()) if (request.body.includes(`"${key}":null`)) deep.delete(key)
    const { body, ...rest } = await answer()
    carrying += Math.sign(deep.size)
    const shown = [...deep].map(([key, value]) => `"${key}":${value},`).join('')
    return { ...rest, body: body.replace('"metadata":{', beginning => beginning + shown).replace(',}', '}') }
  })
  const { exitCode, report } = await run(taking)
  t.same(drifted(report), ['metadata: a value has at most 1,000 levels, and no number beyond a double', 'body: a body nested deeper than 2,000 levels is refused'])
  t.match(report, { exit_code: 0, stopped: null, leftovers: [] })
  t.equal(exitCode, 0)
  t.same([...deep.keys()], [])
  t.ok(carrying < 10, 'further answers do not carry it', { carrying })
})

t.test('a target that takes any member kept what it was sent, and nothing told of it', async t => {
  const mock = await start(t)
  let taken: Record<string, unknown> = {}
  const taking = await faulty(t, mock, async (request, answer) => {
    let sent: unknown
    try {
      sent = JSON.parse(request.body)
    } catch {}
    if (request.url === '/sessions/ses_pending' && typeof sent === 'object' && sent !== null && !Array.isArray(sent)) {
      const { external_ref, metadata, ...others } = sent as Record<string, unknown>
      taken = { ...taken, ...others }
      request.body = JSON.stringify({ external_ref, metadata })
    }
    const { body, ...rest } = await answer()
    return { ...rest, body: rest.status === 200 ? JSON.stringify({ ...JSON.parse(body) as object, ...taken }) : body }
  })
  const { report } = await run(taking, { only: ['update', 'body'] })
  t.ok(drifted(report).includes('update: nothing else can be changed'))
  t.ok(drifted(report).includes('body: an unknown member is refused, and named'))
  t.same(Object.keys(taken).filter(name => !name.startsWith('conformance_')), ['externalRef', 'external-ref'], 'no member that a session has')
  t.match(report.leftovers, [/^These members, which are made up, could not be removed: conformance_[^.]+\.$/])

  let begun = false
  const moved = await run(await faulty(t, mock, async (request, answer) => {
    const first = !begun
    begun = true
    return first ? answer() : successes(body => ({ ...without(body, 'environment'), status: 'failed' }))(request, answer)
  }), { only: ['a success is'] })
  t.same(moved.report.leftovers, ['status was "pending", and is now "failed".', 'environment was "env_sandbox", and is now not there.'])
})

t.test('the text report of an interrupted run looked like that of a whole one', async t => {
  const { url } = await start(t)
  const stop = new AbortController()
  const { text } = await run(url, { json: false, only: ['update'] }, { signal: stop.signal, progress: () => stop.abort() })
  t.match(text.split('\n\n'), [/^Conformance of /, /^Not run to its end\. It was interrupted\. 1 of \d+ cases were run\.$/, /^DOC: .* 1 cases, 0 drift$/])
})

t.test('a closed pipe or terminal ended the process before the session was put back', async t => {
  const mock = await start(t)
  const before = without(await mock.session('ses_pending'), 'updated_at')
  const endings: [what: string, end: (child: ChildProcess) => void][] = [
    ['nobody reads', ({ stdout, stderr }) => {
      stdout?.destroy()
      stderr?.destroy()
    }],
    ['SIGHUP', child => child.kill('SIGHUP')]
  ]
  for (const [what, end] of endings) {
    const suite = command(t, ['conformance', '--base-url', mock.url, '--api-key', SANDBOX_KEY, '--session-id', 'ses_pending'])
    while (!suite.err().includes('[4/')) await once(suite.child.stderr as NodeJS.ReadableStream, 'data')
    end(suite.child)
    t.same(await suite.ended, { code: 2, signal: null }, what)
    t.same(without(await mock.session('ses_pending'), 'updated_at'), before)
  }
})

t.test('a key that JSON writes in another form was not masked in answers', async t => {
  for (const apiKey of ['vk_sandbox_a"secret', 'vk_sandbox_a\\secret']) {
    t.throws(() => resolveConformanceOptions({ baseUrl: 'http://x', apiKey, sessionId: 's' }), {
      message: 'apiKey cannot be "vk_sandbox_…". It takes a secret key such as vk_sandbox_abc, without spaces, commas, quotes and backslashes.'
    })
  }
  const others = Array.from({ length: 126 - 33 + 1 }, (_, index) => String.fromCharCode(33 + index)).filter(character => !'",\\'.includes(character))
  const apiKey = `vk_sandbox_${others.join('')}`
  t.equal(resolveConformanceOptions({ baseUrl: 'http://x', apiKey, sessionId: 's' }).apiKey, apiKey)
})

t.test('a target that takes metadata: null lost the session\'s own metadata, and nothing put it back', async t => {
  const mock = await start(t)
  const { metadata } = await mock.session('ses_pending')
  t.not(Object.keys(metadata).length, 0)
  for (const takesBack of [true, false]) {
    let emptied = false
    const emptying = await faulty(t, mock, async (request, answer) => {
      if (request.body === '{"metadata":null}') {
        emptied = true
        request.body = '{}'
      } else if (takesBack && request.body.includes('"plan"')) emptied = false
      const { body, ...rest } = await answer()
      return { ...rest, body: emptied && rest.status === 200 ? JSON.stringify({ ...JSON.parse(body) as object, metadata: null }) : body }
    })
    const { report } = await run(emptying, { only: ['metadata that is no object'] })
    t.equal(drifted(report).length, 1)
    t.equal(emptied, !takesBack)
    t.same(report.leftovers, takesBack ? [] : [`These metadata keys are not as they were: ${Object.keys(metadata).join(', ')}.`])
  }
  const bare = await run(await faulty(t, mock, successes(body => ({ ...body, metadata: null }))), { only: ['a success is'] })
  t.same(bare.report.leftovers, [], 'what had none has lost none')
})

t.test('a request under way at the interruption was carried out after the session had been put back', async t => {
  const mock = await start(t)
  const before = (await mock.session('ses_pending')).metadata
  const stop = new AbortController()
  let underWay: Promise<Answer> | undefined
  const slow = await faulty(t, mock, async (request, answer) => {
    if (underWay !== undefined || !request.body.includes('"conformance_')) return answer()
    stop.abort()
    underWay = new Promise(resolve => setTimeout(resolve, 50)).then(answer)
    return underWay
  })
  const { exitCode, problem } = await run(slow, { only: ['a key set to null'] }, { signal: stop.signal })
  t.equal(exitCode, 2)
  t.equal(problem, 'It was interrupted. 0 of 1 cases were run.')
  t.equal((await underWay)?.status, 200)
  t.same((await mock.session('ses_pending')).metadata, before)
})

t.test('a target that died under requests at the same time was never given up', async t => {
  const mock = await start(t)
  let dead = false
  const dying = await faulty(t, mock, async (request, answer) => {
    dead ||= request.headers['idempotency-key'] !== undefined
    return dead ? 'cut' : answer()
  })
  const { exitCode, problem, report } = await run(dying, { only: ['requests at the same time', 'errors:'] })
  t.equal(exitCode, 2)
  t.match(problem, /^http:\S+ does not answer any more: .+\. 1 of 9 cases were run\.$/)
  t.match(report.cases, [{ drift: { expected: 'an answer' } }])
  t.match(report.leftovers, [/^The session could not be put back: /])
})

t.test('one of the requests at the same time that stays without an answer is waited for, and is drift', async t => {
  const mock = await start(t)
  let requests = 0
  let answered = 0
  const losing = await faulty(t, mock, async ({ headers }, answer) => {
    if (headers['idempotency-key'] === undefined) return answer()
    if (requests++ === 0) return 'cut'
    await new Promise(resolve => setTimeout(resolve, 20))
    answered++
    return answer()
  })
  const { report, exitCode } = await run(losing, { only: ['requests at the same time'] }, {
    progress: () => {
      t.equal(answered, 7, 'none is under way any more')
    }
  })
  t.match(report.cases, [{ drift: { expected: 'an answer' } }])
  t.match(report, { stopped: null, leftovers: [] })
  t.equal(exitCode, 0)
})

t.test('an interruption did not end the wait for a target that is busy from the beginning', async t => {
  const mock = await start(t)
  const busy = await faulty(t, mock, async () => ({ status: 429, headers: { 'retry-after': '60' }, body: '' }))
  const stop = new AbortController()
  const { exitCode, problem, text } = await run(busy, {}, {
    signal: stop.signal,
    wait: async (_, signal) => {
      stop.abort()
      signal?.throwIfAborted()
    }
  })
  t.match({ exitCode, problem, text }, { exitCode: 2, problem: 'It was interrupted.', text: 'undefined' })
})

t.test('left to itself it waits as long as a case says', async t => {
  const { url } = await start(t)
  const began = performance.now()
  const { exitCode } = await runConformance(
    { baseUrl: url, apiKey: SANDBOX_KEY, sessionId: 'ses_pending', only: ['updated_at moves'], json: false, allowLive: false },
    { progress: () => undefined, signal: new AbortController().signal }
  )
  t.equal(exitCode, 0)
  t.ok(performance.now() - began > 1000)
})
