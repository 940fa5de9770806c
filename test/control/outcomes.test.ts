import t from 'tap'
import type { Options, Session } from '../../src/index.js'
import { errorOf, startApp, stored } from '../helper.js'

// What mock.test.ts does not reach through the typed interface.

t.test('a result that does not fit what is simulated is a 422 that names the field', async t => {
  const app = startApp(t)
  const before = await stored(app, 'ses_pending')
  const cases: [payload: object, problem: object][] = [
    [{}, { loc: ['body', 'action'], msg: 'is required' }],
    [{ action: 'reject' }, { loc: ['body', 'action'], msg: 'must be one of: approve, decline, require-review, expire' }],
    [{ action: 'approve', result: { face_match_score: 2 } }, { loc: ['body', 'result', 'face_match_score'] }],
    [{ action: 'approve', result: { colour: 'red' } }, { loc: ['body', 'result', 'colour'], type: 'extra_forbidden' }],
    [{ action: 'approve', result: { status: 'rejected' } }, { loc: ['body', 'result', 'status'], msg: 'must be approved with the action approve', type: 'value_error' }],
    [{ action: 'approve', result: { session_id: 'ses_bare' } }, { loc: ['body', 'result', 'session_id'], msg: 'must be the id of the session' }],
    [{ action: 'approve', result: { is_sandbox: false } }, { loc: ['body', 'result', 'is_sandbox'], msg: 'must be true, as in the session' }],
    [{ action: 'expire', result: {} }, { loc: ['body', 'result'], msg: 'must be left out with the action expire' }]
  ]
  for (const [payload, problem] of cases) {
    const response = await app.inject({ method: 'POST', url: '/_mock/sessions/ses_pending/simulate', payload })
    t.match(errorOf(t, response), { status_code: 422, detail: [problem] })
  }
  t.equal(await stored(app, 'ses_pending'), before)
  const agreeing = { action: 'approve', result: { status: 'approved', session_id: 'ses_pending', is_sandbox: true } }
  t.equal((await app.inject({ method: 'POST', url: '/_mock/sessions/ses_pending/simulate', payload: agreeing })).statusCode, 200)
})

t.test('a result that does not fit a status is a 422 that names the field', async t => {
  const app = startApp(t)
  const cases: [payload: object, problem: object][] = [
    [{}, { loc: ['body', 'status'], msg: 'is required' }],
    [{ status: 'pending', result: {} }, { loc: ['body', 'result'], msg: 'must be left out with the status pending' }],
    [{ status: 'failed', result: {} }, { loc: ['body', 'result'], msg: 'must be left out with the status failed' }],
    [{ status: 'completed', result: { status: 'needs_review' } }, { loc: ['body', 'result', 'status'], msg: 'must be approved or rejected with the status completed' }]
  ]
  for (const [payload, problem] of cases) {
    t.match(errorOf(t, await app.inject({ method: 'PUT', url: '/_mock/sessions/ses_pending/status', payload })), { status_code: 422, detail: [problem] })
  }
  t.equal(errorOf(t, await app.inject({ method: 'PUT', url: '/_mock/sessions/ses_none/status', payload: { status: 'failed' } })).status_code, 404)
})

t.test('the capture URL of a session that is opened begins with the host of the call, or with the public URL', async t => {
  const open = async (options: Partial<Options>) => (await startApp(t, options).inject({
    method: 'PUT', url: '/_mock/sessions/ses_expired/status', payload: { status: 'capturing' }, headers: { host: 'localhost:4321' }
  })).json<Session>().capture_url
  t.match(await open({}), /^http:\/\/localhost:4321\/verify\/cap_[0-9a-f]{20}$/)
  t.match(await open({ publicUrl: 'https://mock.example' }), /^https:\/\/mock\.example\/verify\/cap_/)
})
