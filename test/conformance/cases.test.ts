import t from 'tap'
import type { Step } from '../../src/conformance/case.js'
import { cases, needsSandbox } from '../../src/conformance/cases.js'
import { LIVE_KEY, SANDBOX_KEY } from '../helper.js'
import { afterTheFirst, drifted, faultyTarget, run, runWithoutSession, startMock, stateOf } from './suite.js'

t.test('every case passes against the mock, with a session of its own and within the limits of the smallest plan', async t => {
  const mock = await startMock(t, { plan: 'free' })
  const { exitCode, report, problem, lines } = await runWithoutSession(mock)
  t.same(drifted(report), [])
  t.match({ exitCode, problem, report }, {
    exitCode: 0,
    problem: undefined,
    report: { base_url: mock.url, session_id: /^ses_/, api_key: /^vk_sandbox_…/, exit_code: 0, stopped: null, leftovers: [] }
  })
  t.equal(report.cases.length, cases.length)
  t.equal(lines.length, cases.length, 'one line of progress for each case')
  t.match(lines[0], new RegExp(`^\\[1/${cases.length}\\] ok    update-session/fields: `))
  const made = (await mock.sessions()).filter(({ id }) => /^ses_[0-9a-f]{20}$/.test(id))
  t.ok(made.length > 50)
  t.same(made.filter(({ retention_status: status }) => status !== 'redacted'), [], 'all sessions that the run has created are redacted')
})

t.test('the cases about the session pass for every kind of session and with both base paths, and restore it', async t => {
  const mock = await startMock(t)
  const sessions = [
    ['ses_pending', SANDBOX_KEY, '', ['update-session', 'get-session']],
    ['ses_rich', SANDBOX_KEY, '/api/v1', ['update-session', 'get-session', 'redact']],
    ['ses_completed', SANDBOX_KEY, '/api/v1/', ['update-session', 'get-session']],
    ['ses_live_pending', LIVE_KEY, '', []]
  ] as const
  for (const [sessionId, apiKey, path, only] of sessions) {
    const before = await stateOf(mock, sessionId)
    const { exitCode, report } = await run(mock, { baseUrl: mock.url + path, sessionId, apiKey, allowLive: true, only: [...only] })
    t.same(drifted(report), [], sessionId)
    t.match({ exitCode, report }, {
      exitCode: 0, report: { base_url: (mock.url + path).replace(/\/$/, ''), session_id: sessionId, exit_code: 0, stopped: null, leftovers: [] }
    })
    t.same(await stateOf(mock, sessionId), before, 'the session is restored')
  }
})

t.test('with a live key the suite creates and redacts no session', async t => {
  const mock = await startMock(t)
  const live = { sessionId: 'ses_live_pending', apiKey: LIVE_KEY, allowLive: true }
  const { report } = await run(mock, { ...live, only: ['DOC'] })
  t.equal(report.cases.length, cases.filter(one => one.mark === 'DOC' && !needsSandbox(one)).length)
  t.same((await mock.requests()).filter(({ method }) => method === 'POST' || method === 'DELETE'), [])
  t.match(await run(mock, { ...live, only: ['simulate-session: approve'] }),
    { exitCode: 2, problem: 'No case for a live key matches "simulate-session: approve".' })
})

t.test('a case has a unique name, expects something, and uses only values that it has', async t => {
  t.equal(new Set(cases.map(({ topic, name }) => `${topic}: ${name}`)).size, cases.length)
  for (const { topic, name, steps, sessions = [] } of cases) {
    t.ok(steps.some(({ expect = [] }) => expect.length > 0), `${topic}: ${name} expects something`)
    const known = new Set(['own', 'session_id', 'api_key', 'webhook_url', ...sessions])
    for (const step of steps) {
      t.same(placeholdersOf(step).filter(placeholder => !known.has(placeholder)), [], `${topic}: ${name}`)
      for (const saved of Object.keys(step.save ?? {})) {
        t.notOk(['own', 'session_id', 'api_key', 'webhook_url'].includes(saved), `${topic}: ${name} saves no value over one of the run`)
        known.add(saved)
      }
    }
  }
})

/** What a step sends; expectations are functions, and run against the mock. */
function placeholdersOf ({ path, headers, body, text }: Step): string[] {
  return Array.from(JSON.stringify([path, headers, body, text]).matchAll(/\{(\w+)(?::\d+)?\}/g), ([, name = '']) => name)
}

t.test('every case fails against a target that responds only with 500', async t => {
  const mock = await startMock(t)
  const baseUrl = await faultyTarget(t, mock, afterTheFirst(async () => ({ status: 500, headers: {}, body: 'out of order' })))
  const { report } = await run(mock, { baseUrl })
  t.equal(drifted(report).length, cases.length)
  t.match(report.cases[0]?.drift, {
    step: 1,
    sent: /^PATCH \/sessions\/ses_pending \{"external_ref":"conformance_[0-9a-f]{8}_0_ref"\}$/,
    expected: 'a status from 200 to 299',
    seen: 'status 500, out of order'
  })
  t.same(report.leftovers, ['The session could not be restored: an update that changes nothing got status 500, out of order'])
})

t.test('a success with a senseless body passes few cases, and a refusal for everything still less', async t => {
  const mock = await startMock(t)
  const always = async (status: number, body: string, mark: string) => {
    const baseUrl = await faultyTarget(t, mock, afterTheFirst(async () => ({ status, headers: {}, body })))
    return (await run(mock, { baseUrl, only: [mark] })).report
  }
  // these look at the status only
  const statusOnly = /an empty object is|a success is a 200|a charset in|a request without a version|the current version|the version in/
  for (const body of ['{"metadata":{}}', '', '{"metadata":null,"error":7,"detail":[7]}']) {
    const { cases } = await always(200, body, 'DECIDED')
    const passed = cases.filter(({ drift, name }) => drift === null && !statusOnly.test(name))
    t.ok(passed.length < 8, body, { passed: passed.map(({ name }) => name) })
  }
  const refusals: [number, string][] = [
    [422, '{"error":"validation_error"}'], [400, '{"error":"bad_request"}']
  ]
  for (const [status, body] of refusals) {
    const { counts } = await always(status, body, 'DOC')
    t.ok(counts.DOC.drift > 0.8 * counts.DOC.cases, `${status} ${body}`, { counts })
  }
})

t.test('a mock with other options drifts where they say', async t => {
  const ignoring = await run(await startMock(t, { unknownFields: 'ignore' }), { only: ['update-session/body'] })
  t.same(drifted(ignoring.report), [
    'update-session/body: an unknown field is a 422 that names it',
    'update-session/body: one response reports all problems of a body',
    'update-session/body: a 422 lists at most 100 problems and says how many more there are'
  ])
  t.equal(ignoring.exitCode, 0, 'the vendor documents nothing about it')
  const kebab = await run(await startMock(t, { defaultKeyInflection: 'kebab' }), { only: ['casing'] })
  t.same(drifted(kebab.report), ['casing: field names are snake_case by default'])
  t.equal(kebab.exitCode, 1, 'the vendor documents the default')
})
