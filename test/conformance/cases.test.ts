import t from 'tap'
import type { Step } from '../../src/conformance/case.js'
import { cases } from '../../src/conformance/cases.js'
import { LIVE_KEY, SANDBOX_KEY } from '../helper.js'
import { afterTheFirst, drifted, type Fault, faultyTarget, inSuccesses, run, startMock, stateOf, without } from './suite.js'

t.test('every case passes against the mock, for every kind of session and with both base paths', async t => {
  const mock = await startMock(t)
  const sessions = [
    ['ses_pending', SANDBOX_KEY, ''],
    ['ses_rich', SANDBOX_KEY, '/api/v1'],
    ['ses_completed', SANDBOX_KEY, '/api/v1/'],
    ['ses_live_pending', LIVE_KEY, '']
  ] as const
  for (const [sessionId, apiKey, path] of sessions) {
    const before = await stateOf(mock, sessionId)
    const { exitCode, report, problem, lines } = await run(mock, { baseUrl: mock.url + path, sessionId, apiKey, allowLive: true })
    t.same(drifted(report), [], sessionId)
    t.match({ exitCode, problem, report }, {
      exitCode: 0,
      problem: undefined,
      report: {
        base_url: (mock.url + path).replace(/\/$/, ''),
        session_id: sessionId,
        api_key: /^vk_(sandbox|live)_…/,
        exit_code: 0,
        stopped: null,
        leftovers: []
      }
    })
    t.equal(report.cases.length, cases.length)
    t.equal(lines.length, cases.length, 'one line of progress for each case')
    t.match(lines[0], new RegExp(`^\\[1/${cases.length}\\] ok    update-session/fields: `))
    t.same(await stateOf(mock, sessionId), before, 'the session is restored')
  }
})

t.test('a case has a unique name, expects something, and uses only values that it has', async t => {
  t.equal(new Set(cases.map(({ topic, name }) => `${topic}: ${name}`)).size, cases.length)
  for (const { topic, name, steps } of cases) {
    t.ok(steps.some(({ expect = [] }) => expect.length > 0), `${topic}: ${name} expects something`)
    const known = new Set(['own', 'session_id', 'api_key'])
    for (const step of steps) {
      t.same(placeholdersOf(step).filter(placeholder => !known.has(placeholder)), [], `${topic}: ${name}`)
      for (const saved of Object.keys(step.save ?? {})) {
        t.notOk(['own', 'session_id', 'api_key'].includes(saved), `${topic}: ${name} saves no value over one of the run`)
        known.add(saved)
      }
    }
  }
})

/** What a step sends; expectations are functions, and run against the mock. */
function placeholdersOf ({ path, headers, body, text }: Step): string[] {
  return Array.from(JSON.stringify([path, headers, body, text]).matchAll(/\{(\w+)(?::\d+)?\}/g), ([, name = '']) => name)
}

t.test('a faulty target fails exactly the cases about its fault', async t => {
  const mock = await startMock(t)
  const targets: [name: string, fault: Fault, exitCode: number, drift: (string | RegExp)[]][] = [
    ['fields in another order', inSuccesses(body => Object.fromEntries(Object.entries(body).reverse())), 1, [
      'update-session/response: the fields are in the order of the page', 'casing: field names are snake_case by default',
      'casing: Key-Inflection: snake', 'casing: Key-Inflection: camel', 'casing: Key-Inflection: kebab'
    ]],
    ['an additional field', inSuccesses(body => ({ ...body, more: 1 })), 0, ['update-session/response: there are no other fields']],
    ['a missing field', inSuccesses(body => without(body, 'tags')), 1, [
      'update-session/response: the fields are in the order of the page', 'update-session/response: tags is a list of strings',
      /snake_case by default/, /snake$/, /camel$/, /kebab$/
    ]],
    ['a null that removes no key', async (request, forward) => {
      if (/^\{"metadata":\{[^{}]*:null[^{}]*\}\}$/.test(request.body)) {
        const { metadata } = JSON.parse(request.body) as { metadata: object }
        request.body = JSON.stringify({ metadata: Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== null)) })
      }
      return forward()
    }, 1, ['update-session/metadata: a key set to null is removed']],
    ['replays with other bytes', async (_, forward) => {
      const { body, headers, ...rest } = await forward()
      return { ...rest, headers, body: headers['idempotent-replayed'] === undefined ? body : `${body} ` }
    }, 0, [
      'idempotency/replay: a replay has the same bytes', 'idempotency/replay: a mismatch leaves the stored response unchanged',
      'idempotency/replay: of equal requests at the same time one is executed', /the order of fields, white space/,
      /Key-Inflection is not/, /Verifa-Version is not/
    ]],
    ['no Verifa-Version', async (_, forward) => {
      const { headers, ...rest } = await forward()
      return { ...rest, headers: without(headers, 'verifa-version') }
    }, 0, ['versions: the response names the version that was used', /^versions: a later date is accepted/]],
    ['no idempotency', async ({ headers }, forward) => {
      delete headers['idempotency-key']
      return forward()
    }, 1, [
      /gets the original response/, /a replay changes nothing/, /a replay has the same bytes/, /a replay carries/, /another body/,
      /leaves the stored response/, /mismatch follows Key-Inflection/, /one is executed/, /the session is a parameter/,
      /the order of fields/, /an absent key and null/, /Key-Inflection is not/, /Verifa-Version is not/,
      /up to 255/, /256 characters/, /in UTF-8/, /sent twice/,
      /problems of the headers/, /^order: idempotency comes before/
    ]],
    ['wrong types', inSuccesses(body => ({ ...body, processing_attempts: '1', updated_at: 'yesterday' })), 1, [
      /every accepted update moves/, /response: updated_at is/, /response: processing_attempts is/, /response: times are/,
      /parameters: Key-Inflection is not/
    ]],
    ['a wrong status and environment', inSuccesses(body => ({ ...body, status: 'completed', is_sandbox: false })), 1, [
      /capture_url is only present while/, /capture_url and token_expires_at are strings/, /the environment is env_sandbox/,
      /the session belongs to the environment of the key/
    ]]
  ]
  for (const [name, fault, exitCode, expected] of targets) {
    t.test(name, async t => {
      const { report, ...rest } = await run(mock, { baseUrl: await faultyTarget(t, mock, fault) })
      t.match(drifted(report), expected)
      t.equal(drifted(report).length, expected.length, 'and no other case', { drifted: drifted(report) })
      t.equal(rest.exitCode, exitCode)
      t.equal(report.exit_code, exitCode)
    })
  }
})

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
  const always = async (status: number, body: string) => {
    const baseUrl = await faultyTarget(t, mock, afterTheFirst(async () => ({ status, headers: {}, body })))
    return (await run(mock, { baseUrl })).report
  }
  // these look at the status only
  const statusOnly = /an empty object is|a success is a 200|a charset in|a request without a version|the current version|the version in/
  for (const body of ['{"metadata":{}}', '', '[]', '{"metadata":null,"error":7,"detail":[7]}']) {
    const { cases } = await always(200, body)
    const passed = cases.filter(({ drift, mark, name }) => drift === null && mark === 'DECIDED' && !statusOnly.test(name))
    t.ok(passed.length < 8, body, { passed: passed.map(({ name }) => name) })
  }
  const refusals: [number, string][] = [
    [422, '{"error":"validation_error"}'], [422, '{"error":"validation_error","detail":"x"}'], [400, '{"error":"bad_request"}'], [401, '{}']
  ]
  for (const [status, body] of refusals) {
    const { counts } = await always(status, body)
    t.ok(counts.DOC.drift > 40, `${status} ${body}`, { counts })
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
