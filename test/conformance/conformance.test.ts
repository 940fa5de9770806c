import t from 'tap'
import { cases } from '../../src/conformance/cases.js'
import { runConformance } from '../../src/conformance/conformance.js'
import { type ConformanceOptions, resolveConformanceOptions } from '../../src/conformance/options.js'
import { startVerifaMock } from '../../src/index.js'
import { SANDBOX_KEY } from '../helper.js'
import { afterTheFirst, faultyTarget, run, startMock, stateOf } from './suite.js'

t.test('the text report groups drift by mark, cuts long texts and masks the key', async t => {
  const mock = await startMock(t)
  const long = 'x'.repeat(277)
  const baseUrl = await faultyTarget(t, mock, async (request, forward) => {
    if (request.headers['verifa-version'] !== '2099-12-31' && request.headers['key-inflection'] !== 'camel') return forward()
    return { status: 500, headers: {}, body: `${long} broken by ${String(request.headers['x-api-key'])}` }
  })
  const apiKey = 'vk_sandbox_0123456789'
  const { text, exitCode, lines } = await run(mock, { baseUrl, json: false, apiKey, only: ['a later date', 'casing: '] })
  t.equal(exitCode, 1)
  const paragraphs = text.split('\n\n')
  t.equal(paragraphs[0], `Conformance of ${baseUrl}, session ses_pending, key vk_sandbox_…6789`)
  t.equal(paragraphs[1], 'DOC: documented by the vendor. 5 cases, 2 drifted')
  t.equal(paragraphs[2], [
    '  casing: Key-Inflection: camel',
    '    documented: Key-Inflection: snake, camel or kebab.',
    '    request:    PATCH /sessions/ses_pending {"Key-Inflection":"camel"} {}',
    '    expected:   a status from 200 to 299',
    `    seen:       status 500, ${long} broken by vk_sandbox_…… (304 characters)`
  ].join('\n'))
  t.equal(paragraphs[4], 'DECIDED: the documentation is silent, and the mock does this. 4 cases, 3 drifted')
  t.match(paragraphs.at(-1), / {2}versions: a later date .*\n {4}decided: {4}Any later date/)
  t.notMatch(text, /0123/)
  t.match(lines.join('\n'), /^\[1\/9\] ok {4}casing: .*\n\[2\/9\] ok .*\n\[3\/9\] DRIFT casing: Key-Inflection: camel\n/)
})

t.test('--only selects by topic, name and mark', async t => {
  const mock = await startMock(t)
  const ran = async (...only: string[]) => (await run(mock, { only })).report.cases
  const documented = await ran('doc')
  t.same(new Set(documented.map(({ mark }) => mark)), new Set(['DOC']))
  t.equal(documented.length, cases.filter(({ mark }) => mark === 'DOC').length)
  t.same(await ran('Versions: the CURRENT'), await ran('the current version is'))
  t.same(new Set((await ran('null is removed', 'order:')).map(({ topic }) => topic)), new Set(['update-session/metadata', 'order']))
  t.match(await run(mock, { only: ['DECIDED', 'nonsense', 'more of it'] }),
    { exitCode: 2, text: 'undefined', problem: 'No case matches "nonsense" or "more of it".' })
})

t.test('a run that cannot start says why in one sentence', async t => {
  const mock = await startMock(t, { apiKeys: ['vk_sandbox_known', 'vk_sandbox_reader=sessions:read'] })
  const responding = async (status: number, body: string) => faultyTarget(t, mock, async () => ({ status, headers: {}, body }))
  const closed = await startVerifaMock()
  await closed.close()
  const apiKey = 'vk_sandbox_known'
  const starts: [options: Partial<ConformanceOptions>, problem: RegExp][] = [
    [{ baseUrl: closed.url }, /^No response from http:\/\/127\.0\.0\.1:\d+: connect ECONNREFUSED .*\.$/],
    [{ baseUrl: closed.url.replace('http:', 'https:') }, /^No response from https:.*ECONNREFUSED/],
    [{ baseUrl: 'http://127.0.0.1:99999' }, /^No response from http:\/\/127\.0\.0\.1:99999: Invalid URL\.$/],
    [{ baseUrl: await faultyTarget(t, mock, async () => 'cut') }, /^No response from http.*socket hang up\.$/],
    [{ apiKey: 'vk_sandbox_0123456789' }, /^The API key was refused: PATCH .* got status 401, .*Invalid API key/],
    [{ apiKey: 'vk_sandbox_reader' }, /^The API key was refused: PATCH .* got status 403, /],
    [{ baseUrl: `${mock.url}/v1`, apiKey }, /^Session not found\. Check .* the base URL .*404/],
    [{ apiKey, sessionId: 'a/b' }, /^Session not found\. .*\/sessions\/a\/b got status 404/],
    [{ apiKey, sessionId: 'ses_redacted' }, /^The session cannot be updated: .*redacted/],
    [{ baseUrl: await responding(503, '') }, /^The session cannot be updated: PATCH .* got status 503, no body\.$/],
    [{ baseUrl: await responding(302, '') }, /^The session cannot be updated: .*302/],
    [{ baseUrl: await responding(200, '<html>') }, /^This is not a session: PATCH .* got status 200, <html>\.$/],
    [{ baseUrl: await responding(200, '{}') }, /^This is not a session: /],
    [{ baseUrl: await responding(429, '') }, /still responds with 429 after 5 retries\. /]
  ]
  for (const [options, problem] of starts) {
    const outcome = await run(mock, options)
    t.match(outcome, { exitCode: 2, text: 'undefined', problem, lines: [] }, String(problem))
    t.notMatch(outcome.problem, /0123/)
  }
})

t.test('an interrupted run reports what ran and restores the session', async t => {
  const mock = await startMock(t)
  const before = await stateOf(mock)
  const between = new AbortController()
  let count = 0
  const first = await run(mock, { json: false }, { signal: between.signal, progress: () => ++count === 4 && between.abort() })
  t.match(first, { exitCode: 2, problem: `The run was interrupted. 4 of ${cases.length} cases ran.` })
  t.match(first.text.split('\n\n'), [/^Conformance of /, `Incomplete. ${String(first.problem)}`, /^DOC: .* 4 cases, 0 drifted$/])

  const waiting = new AbortController()
  const second = await run(mock, { only: ['every accepted update moves'] }, {
    signal: waiting.signal,
    wait: async (_, signal) => {
      waiting.abort()
      signal?.throwIfAborted()
    }
  })
  t.match(second, { exitCode: 2, problem: 'The run was interrupted. 0 of 1 cases ran.', report: { stopped: second.problem, cases: [], leftovers: [] } })
  t.same(await stateOf(mock), before)
})

t.test('an interrupted run first waits for the response in flight, since the target may still execute the request', async t => {
  const mock = await startMock(t)
  const before = await stateOf(mock)
  const stop = new AbortController()
  const events: string[] = []
  const baseUrl = await faultyTarget(t, mock, afterTheFirst(async (_, forward) => {
    events.push('received')
    if (stop.signal.aborted) return forward()
    stop.abort()
    await new Promise(resolve => setImmediate(resolve))
    const response = await forward()
    events.push('executed')
    return response
  }))
  const { problem } = await run(mock, { baseUrl, only: ['a key set to null'] }, { signal: stop.signal })
  t.equal(problem, 'The run was interrupted. 0 of 1 cases ran.')
  t.same(events.slice(0, 3), ['received', 'executed', 'received'])
  t.same(await stateOf(mock), before)
})

t.test('a bug in the suite ends the run with 2, since 1 would mean drift, and restores the session', async t => {
  const mock = await startMock(t)
  const before = await stateOf(mock)
  const wait = async () => {
    throw new Error('a bug')
  }
  const { exitCode, problem, report } = await run(mock, { only: ['update-session/fields'] }, { wait })
  t.equal(exitCode, 2)
  t.match(problem, /^The suite failed: Error: a bug\. \d of 9 cases ran\.$/)
  t.match(report, { stopped: problem, exit_code: 2, leftovers: [] })
  t.same(await stateOf(mock), before)
})

t.test('by default a run waits with a timer', async t => {
  const { url } = await startMock(t)
  const { exitCode } = await runConformance(
    { baseUrl: url, apiKey: SANDBOX_KEY, sessionId: 'ses_pending', webhookUrl: 'http://127.0.0.1:9/webhooks', only: ['a replay has the same bytes'], json: false, allowLive: false },
    { progress: () => undefined, signal: new AbortController().signal }
  )
  t.equal(exitCode, 0)
})

t.test('a key that could not be masked in JSON is refused as an option', async t => {
  const resolve = (apiKey: string) => resolveConformanceOptions({ baseUrl: 'http://x', apiKey, sessionId: 's' })
  for (const apiKey of ['vk_sandbox_a"secret', 'vk_sandbox_a\\secret']) {
    t.throws(() => resolve(apiKey), {
      message: 'apiKey cannot be "vk_sandbox_…". It takes a secret key such as vk_sandbox_abc, without spaces, commas, quotes or backslashes.'
    })
  }
  const allowed = Array.from({ length: 126 - 33 + 1 }, (_, index) => String.fromCharCode(33 + index)).filter(character => !'",\\'.includes(character))
  const apiKey = `vk_sandbox_${allowed.join('')}`
  t.equal(resolve(apiKey).apiKey, apiKey)
})

t.test('a live key is an option only with --allow-live', async t => {
  const options = { baseUrl: 'http://x', apiKey: 'vk_live_a', sessionId: 's' }
  t.throws(() => resolveConformanceOptions(options), {
    message: 'apiKey is a live key, and the suite changes the session. Use a sandbox key, or add --allow-live.'
  })
  t.same(resolveConformanceOptions({ ...options, allowLive: true }), { ...options, allowLive: true, only: [], json: false, webhookUrl: 'http://127.0.0.1:9/webhooks' })
  t.throws(() => resolveConformanceOptions({ baseUrl: 'http://x', apiKey: 'vk_live_a', allowLive: true }), {
    message: 'apiKey is a live key, and the suite creates no live session. Add sessionId.'
  })
})
