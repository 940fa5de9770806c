import t from 'tap'
import { CreatedSessions } from '../../src/conformance/created-sessions.js'
import { Target } from '../../src/conformance/target.js'
import type { EmbeddedVerifaMock } from '../../src/index.js'
import { SANDBOX_KEY } from '../helper.js'
import { afterTheFirst, type Fault, faultyTarget, runWithoutSession, startMock } from './suite.js'

/** The sessions that the suite has created and not redacted. */
async function unredacted (mock: EmbeddedVerifaMock): Promise<string[]> {
  const made = (await mock.sessions()).filter(({ id }) => /^ses_[0-9a-f]{20}$/.test(id))
  t.not(made.length, 0, 'the suite has created sessions')
  return made.filter(({ retention_status: status }) => status !== 'redacted').map(({ id }) => id)
}

t.test('a run that is interrupted, or that cannot start with the session that it created, redacts what it created', async t => {
  const mock = await startMock(t)
  const stop = new AbortController()
  const { problem, report } = await runWithoutSession(mock, { only: ['redact'] }, { signal: stop.signal, progress: () => stop.abort() })
  t.match(problem, /^The run was interrupted\. 1 of \d+ cases ran\.$/)
  t.same(report.leftovers, [])
  t.same(await unredacted(mock), [])

  const noUpdates = await startMock(t)
  const baseUrl = await faultyTarget(t, noUpdates, async ({ method }, forward) =>
    method === 'PATCH' ? { status: 405, headers: {}, body: '' } : forward())
  const outcome = await runWithoutSession(noUpdates, { baseUrl })
  t.match(outcome, { exitCode: 2, problem: /^The session cannot be updated: PATCH .* got status 405, no body\.$/ })
  t.same(await unredacted(noUpdates), [])
})

t.test('sessions that could not be redacted are reported', async t => {
  const mock = await startMock(t)
  const withBulk = (redact: Fault): Fault => async (request, forward) => request.url.endsWith('/bulk-redact') ? redact(request, forward) : forward()
  const faults: [fault: Fault, why: RegExp][] = [
    [async () => ({ status: 403, headers: {}, body: '{}' }), /^These sessions could not be redacted: ses_\w+, ses_\w+\. .* status 403, \{\}$/],
    [async () => 'cut', /^These sessions could not be redacted: ses_\w+, ses_\w+\. The redaction got: socket hang up$/]
  ]
  for (const [fault, why] of faults) {
    const baseUrl = await faultyTarget(t, mock, withBulk(fault))
    const { report, exitCode } = await runWithoutSession(mock, { baseUrl, only: ['values of a simulated result: approved'] })
    t.match(report.leftovers, [why])
    t.equal(exitCode, 0, 'which is no drift')
  }
})

t.test('more than 100 sessions are redacted with several requests, and each once', async t => {
  const mock = await startMock(t)
  const sizes: number[] = []
  const baseUrl = await faultyTarget(t, mock, async ({ body }) => {
    const { session_ids: ids } = JSON.parse(body) as { session_ids: string[] }
    sizes.push(ids.length)
    const results = ids.map(id => ({ session_id: id, status: id === 'ses_149' ? 'not_found' : 'deleted' }))
    return { status: 200, headers: {}, body: JSON.stringify({ results }) }
  })
  const created = new CreatedSessions(SANDBOX_KEY)
  const request = { method: 'POST', path: '/sessions', headers: {}, body: '{}', chunked: false }
  const response = (status: number, id: string) => ({ status, headers: {}, text: '', json: { id } })
  for (let index = 0; index < 150; index++) created.note(request, response(201, `ses_${index}`))
  created.note(request, response(201, 'ses_0'))
  created.note(request, response(400, 'ses_error'))
  created.note({ ...request, path: '/sessions/ses_x/resume' }, response(200, 'ses_x'))
  created.note({ ...request, method: 'GET' }, response(200, 'ses_x'))
  const target = new Target({ baseUrl, apiKey: SANDBOX_KEY, wait: async () => undefined })
  t.match(await created.redact(target), [/^These sessions could not be redacted: ses_149\. The redaction got: status 200, /])
  t.same(sizes, [100, 50])
})

t.test('a run that cannot create its session says why in one sentence', async t => {
  const mock = await startMock(t)
  const starts: [status: number, body: string, problem: RegExp][] = [
    [401, '', /^The API key was refused: POST http:\S+\/sessions got status 401, no body\.$/],
    [403, '{}', /^The API key was refused: POST .* got status 403, \{\}\.$/],
    [404, '', /^There are no sessions here\. Check the base URL \(the real API's ends with \/api\/v1\): POST .* got status 404, no body\.$/],
    [500, '', /^No session can be created: POST .*500/],
    [201, '{}', /^This is not a session: POST .*201, \{\}\.$/]
  ]
  for (const [status, body, problem] of starts) {
    const baseUrl = await faultyTarget(t, mock, async () => ({ status, headers: {}, body }))
    t.match(await runWithoutSession(mock, { baseUrl }), { exitCode: 2, text: 'undefined', problem })
  }
  const cut = await faultyTarget(t, mock, async () => 'cut')
  t.match(await runWithoutSession(mock, { baseUrl: cut }), { exitCode: 2, problem: /^No response from http:\S+: socket hang up\.$/ })
  const stop = new AbortController()
  stop.abort()
  t.match(await runWithoutSession(mock, {}, { signal: stop.signal }), { exitCode: 2, problem: 'The run was interrupted.' })
})

t.test('cases share a session until one of them drifts', async t => {
  const mock = await startMock(t)
  const preparations = async (fault: Fault) => {
    let count = 0
    const baseUrl = await faultyTarget(t, mock, afterTheFirst(async (request, forward) => {
      if (request.url.endsWith('/simulate')) count++
      return fault(request, forward)
    }))
    const { report } = await runWithoutSession(mock, { baseUrl, only: ['results/one-result: there are no', 'results/one-result: external_ref'] })
    return { count, drift: report.cases.map(({ drift }) => drift) }
  }
  t.same(await preparations(async (_, forward) => forward()), { count: 1, drift: [null, null] })
  const noResults = await preparations(async (request, forward) =>
    request.url.startsWith('/results/') ? { status: 500, headers: {}, body: '' } : forward())
  t.match(noResults, { count: 2, drift: [{ step: 1 }, { step: 2 }] })
  const noOutcome = await preparations(async (request, forward) =>
    request.url.endsWith('/simulate') ? { status: 500, headers: {}, body: '' } : forward())
  const drift = {
    step: 0, sent: /^POST \/sessions\/ses_\w+\/simulate \{"action":"approve"\}$/, expected: 'a status from 200 to 299', seen: 'status 500, no body'
  }
  t.match(noOutcome, { count: 2, drift: [drift, drift] })
})
