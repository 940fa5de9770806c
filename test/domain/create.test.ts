import t from 'tap'
import { createSession } from '../../src/domain/sessions/create.js'
import { NOW, session } from './examples.js'

const captureUrl = 'http://mock.test/verify/cap_1'
const creation = { environment: 'sandbox', now: NOW, id: 'ses_new', captureUrl } as const

t.test('a created session is pending, and its token lives 20 minutes', async t => {
  const { puts, events, response } = createSession({}, creation)
  const after = session({ id: 'ses_new', capture_url: captureUrl })
  t.same(puts?.sessions, [after], 'as a fixture without anything would be')
  t.same(puts?.tokens, [{ id: 'cap_1', session_id: 'ses_new', link_id: null }])
  t.notOk(puts && 'captures' in puts, 'nothing is kept for a capture page that was given nothing')
  t.same(puts?.due, [{ id: 'expire:ses_new', at: NOW + 20 * 60 * 1000, type: 'session.expire', subject: 'ses_new' }])
  t.equal(JSON.stringify(puts?.sessions?.[0]), JSON.stringify(after), 'its fields in the order of the vendor\'s page')
  t.same(events, [{ type: 'session.created', session_id: 'ses_new', before: null, after }])
  t.equal(response.status, 201)
  const { qr_code_data_url: code, ...body } = response.body
  t.same(body, {
    id: 'ses_new',
    status: 'pending',
    capture_url: captureUrl,
    is_sandbox: true,
    created_at: '2026-03-01T12:00:00.000Z',
    expires_at: '2026-03-01T12:20:00.000Z',
    external_ref: null,
    tags: []
  })
  t.match(code, /^data:image\/png;base64,/)
})

t.test('it has what it was given, without nulls in its metadata, and without what is not shown', async t => {
  const shown = { external_ref: 'order-1', country: 'DE', checks: ['document'], workflow_id: 'wf_1' }
  const hidden = { redirect_url: 'https://example.com', fields: { name: 'Ada' }, send_email: true }
  const { puts } = createSession({ ...shown, ...hidden, metadata: { plan: 'gold', trial: null, nested: { no: null } } }, { ...creation, environment: 'live' })
  t.same(puts?.sessions, [session({
    ...shown, id: 'ses_new', metadata: { plan: 'gold', nested: { no: null } }, is_sandbox: false, capture_url: captureUrl
  })])
  t.same(puts?.captures, [{ id: 'ses_new', ...hidden }])
  for (const given of [{ redirect_url: 'https://example.com' }, { fields: {} }, { send_email: false }]) {
    t.same(createSession(given, creation).puts?.captures, [{ id: 'ses_new', redirect_url: null, fields: null, send_email: null, ...given }])
  }
})
