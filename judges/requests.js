import { casings } from './documents.js'

const key = { 'X-API-Key': 'vk_sandbox_test' }
const update = '/api/v1/sessions/ses_pending'
const fixture = { id: 'ses_mine', status: 'under_review', metadata: { plan: 'free', deep_er: { a_b: [1, null, { c_d: true }] } }, tags: ['a'] }

const failedDelivery = {
  id: 'whd_mine',
  endpoint_id: 'webhook_mine',
  environment: 'sandbox',
  event: 'session.created',
  session_id: 'ses_mine',
  url: 'http://localhost:9/hook',
  status: 'failed',
  attempts: [{ at: '2026-01-05T09:00:00.000Z', http_status: null, error: 'connect ECONNREFUSED', fault: null }],
  created_at: '2026-01-05T09:00:00.000Z',
  next_attempt_at: null,
  held: false,
  body: '{"event":"session.created"}'
}

/** An update of `ses_pending`, unless the options have another path. */
function patch (body, { headers = {}, ...options } = {}) {
  return { method: 'PATCH', path: update, headers: { ...key, 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body), ...options }
}

function control (method, path, body) {
  return { method, path: `/_mock${path}`, headers: body === undefined ? {} : { 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) }
}

/** What a button of the capture page sends. Its token is the credential. */
function outcome (token, outcome, headers) {
  return { method: 'POST', path: `/verify/${token}/sandbox-outcome`, headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify({ outcome }) }
}

/** A call of another operation of Verifa. */
function call (method, path, body, headers = {}) {
  const json = body === undefined ? {} : { 'Content-Type': 'application/json' }
  return { method, path: `/api/v1${path}`, headers: { ...key, ...json, ...headers }, body: body && JSON.stringify(body) }
}

const sessionIds = { snake: 'session_ids', camel: 'sessionIds', kebab: 'session-ids' }
const minutes = { snake: 'expires_in_minutes', camel: 'expiresInMinutes', kebab: 'expires-in-minutes' }
const enabledEvents = { snake: 'enabled_events', camel: 'enabledEvents', kebab: 'enabled-events' }
const reference = { snake: 'external_ref', camel: 'externalRef', kebab: 'external-ref' }

/** Requests that the document allows. Their order matters: some need what earlier ones have made. */
export const validRequests = [
  control('GET', '/health'),
  control('GET', '/ready'),
  control('POST', '/login', { token: 'any' }), // this mock needs none
  control('POST', '/logout'),
  control('GET', '/overview'),
  ...casings.flatMap(casing => {
    const headers = { 'Key-Inflection': casing }
    const name = reference[casing]
    return [
      patch({}, { headers }),
      patch({ [name]: 'order-7' }, { headers }),
      patch({ [name]: '', metadata: {} }, { headers }),
      patch({ metadata: { 'plan': 'gold', 'trial': null, 'a_b-cD': [1.5, 'x', null, { e_f: {} }], '': '', 'ünï': '✓' } }, { headers }),
      patch({ metadata: { n: 1 } }, { headers: { ...headers, 'Idempotency-Key': `key-${casing}`, 'Verifa-Version': '2026-02-01' } }),
      patch({ metadata: { n: 1 } }, { headers: { ...headers, 'Idempotency-Key': `key-${casing}` } }),
      patch({ metadata: { n: 2 } }, { headers: { ...headers, 'Idempotency-Key': `key-${casing}` } }),
      ...['ses_bare', 'ses_completed', 'ses_rich', 'ses_sensitive_redacted', 'ses_redacted', 'ses_live_pending', 'ses_nowhere']
        .map(id => patch({ [name]: 'order-8' }, { headers, path: `/api/v1/sessions/${id}` })),
      patch({}, { headers: { ...headers, 'X-API-Key': 'vk_pub_sandbox_test' } }),
      patch({}, { headers: { ...headers, 'X-API-Key': 'nonsense' } }),
      patch({}, { headers: { ...headers, 'Verifa-Version': '2020-01-01' } }),
      patch({}, { headers: { ...headers, 'X-Mock-Fault': 'status=503' } }),
      patch({}, { headers: { ...headers, 'X-Mock-Fault': 'status=429' } }),
      call('POST', '/sessions', { [name]: 'order-9', metadata: { 'a_b-cD': [1, null] }, country: 'DE', checks: ['document'] }, headers),
      call('POST', '/sessions', {}, { ...headers, 'X-API-Key': 'vk_pub_sandbox_test', 'Idempotency-Key': `create-${casing}` }),
      call('GET', '/sessions', undefined, headers),
      call('GET', '/sessions?status=pending&q=ORDER&limit=2&offset=1', undefined, headers),
      ...['ses_rich', 'ses_redacted', 'ses_nowhere'].map(id => call('GET', `/sessions/${id}`, undefined, headers)),
      // the second time, some of these sessions have another status
      call('POST', '/sessions/ses_expired/resume', undefined, headers),
      call('POST', '/sessions/ses_processing/expire', undefined, headers),
      ...['approve', 'decline', 'require-review', 'expire'].map(action => call('POST', '/sessions/ses_capturing/simulate', { action }, headers)),
      call('POST', '/sessions/ses_awaiting_external/simulate', { action: 'require-review' }, headers),
      call('POST', '/sessions/ses_bare/submit', undefined, headers),
      call('POST', '/sessions/ses_pending/generate-one-time-link', undefined, headers),
      call('POST', '/sessions/ses_expired/generate-one-time-link', { [minutes[casing]]: 60 }, headers),
      ...['ses_pending', 'ses_redacted', 'ses_nowhere'].map(id => call('GET', `/sessions/${id}/links`, undefined, headers)),
      call('POST', '/sessions/ses_pending/add-tag', { tag: 'vip' }, headers),
      call('POST', '/sessions/ses_pending/remove-tag', { tags: ['vip', 'none'] }, headers),
      call('POST', '/sessions/ses_pending/set-tags', { tags: ['a', 'b'] }, headers),
      ...['ses_completed', 'ses_under_review', 'ses_redacted', 'ses_pending', 'ses_nowhere'].flatMap(id => [
        call('GET', `/sessions/${id}/result`, undefined, headers), call('GET', `/results/${id}`, undefined, headers)
      ]),
      ...['ses_completed', 'ses_under_review', 'ses_redacted', 'ses_nowhere'].map(id => call('GET', `/sessions/${id}/export`, undefined, headers)),
      call('GET', '/results?status=approved&created_after=2020-01-01T00:00:00Z&limit=1', undefined, headers),
      call('DELETE', '/sessions/ses_failed/data', undefined, headers),
      call('POST', '/sessions/bulk-redact', { [sessionIds[casing]]: ['ses_sandbox_pending', 'ses_failed', 'ses_nowhere'] }, headers),
      call('GET', '/rate-limits', undefined, headers),
      call('POST', '/webhooks/endpoints', { url: 'http://localhost:9/hook', label: 'Orders', [enabledEvents[casing]]: ['session.approved'] }, headers),
      call('GET', '/webhooks/endpoints', undefined, headers),
      call('GET', '/webhooks/event-types', undefined, headers),
      // those of the start
      ...['webhook_sandbox', 'webhook_live', 'webhook_nowhere'].flatMap(id => [
        call('GET', `/webhooks/endpoints/${id}`, undefined, headers),
        call('PATCH', `/webhooks/endpoints/${id}`, { label: null, enabled: true }, headers),
        call('POST', `/webhooks/endpoints/${id}/rotate-secret`, undefined, headers),
        call('POST', `/webhooks/endpoints/${id}/clone`, undefined, headers),
        call('POST', `/webhooks/endpoints/${id}/test`, undefined, headers),
        call('GET', `/webhooks/endpoints/${id}/deliveries?limit=2&event_type=session.created&date_from=2020-01-01T00:00:00Z`, undefined, headers)
      ]),
      call('DELETE', '/webhooks/endpoints/webhook_nowhere', undefined, headers),
      call('POST', '/webhooks/deliveries/whd_nowhere/retry', undefined, headers),
      // the token of a seeded session is its ID
      control('POST', '/sessions', { id: `ses_${casing}`, redirect_url: 'https://shop.example/verified' }),
      outcome(`ses_${casing}`, 'needs_review', headers),
      outcome(`ses_${casing}`, 'approve', headers), // is used up
      outcome('cap_nowhere', 'approve', headers)
    ]
  }),
  control('GET', '/sessions'),
  control('GET', '/sessions?environment=live&status=pending&q=SES&limit=2&offset=1'),
  control('GET', '/sessions?external_ref=order-7'),
  control('POST', '/sessions', fixture),
  control('POST', '/sessions', fixture), // already exists
  control('POST', '/sessions', [{}, { id: 'ses_other', is_sandbox: false }]),
  control('GET', '/sessions/ses_mine'),
  control('GET', '/sessions/ses_mine/fixture'),
  control('PUT', '/sessions/ses_mine/fixture', { ...fixture, result: { status: 'needs_review' }, fields: { a_b: 1 }, tokens: ['cap_before'] }),
  control('GET', '/sessions/ses_mine/fixture'),
  control('PUT', '/sessions/ses_nowhere/fixture', {}),
  control('POST', '/sessions/ses_mine/simulate', { action: 'decline', result: { rejection_reason: 'Blurred.' } }),
  control('POST', '/sessions/ses_mine/simulate', { action: 'approve' }), // is completed
  control('PUT', '/sessions/ses_mine/status', { status: 'pending' }),
  control('PUT', '/sessions/ses_redacted/status', { status: 'pending' }),
  control('POST', '/sessions/ses_mine/redact'),
  control('POST', '/sessions/ses_mine/redact'), // has been redacted
  control('DELETE', '/sessions/ses_mine'),
  control('GET', '/sessions/ses_mine'),
  control('GET', '/state'),
  control('PUT', '/state', { sessions: [fixture] }),
  control('GET', '/idempotency-keys'),
  control('PUT', '/state', { sessions: [], webhook_endpoints: [{ id: 'webhook_mine', url: 'http://localhost:9/hook' }], webhook_deliveries: [failedDelivery] }),
  call('POST', '/webhooks/deliveries/whd_mine/retry'),
  control('GET', '/webhooks/endpoints'),
  control('GET', '/webhooks/deliveries/whd_mine'),
  control('GET', '/webhooks/deliveries/whd_nowhere'),
  control('POST', '/webhooks/settle'),
  control('POST', '/webhooks/deliver', { ids: ['whd_mine'] }), // its retry is scheduled
  control('POST', '/reset'),
  patch({ metadata: { n: 1 } }, { headers: { 'Idempotency-Key': 'kept' } }),
  control('GET', '/idempotency-keys'),
  control('GET', '/idempotency-keys?q=KEPT&limit=1'),
  control('GET', '/state'),
  control('POST', '/faults', { match: { session_id: 'ses_pending' }, then: { status: 500, detail: 'Out.', headers: { 'X-Why': 'a fault' } }, times: null }),
  control('POST', '/faults', { then: { delay_ms: 1 }, times: 2, skip: 1 }),
  control('GET', '/faults'),
  patch({}),
  control('DELETE', '/faults/fault_1'),
  control('DELETE', '/faults/fault_1'),
  control('DELETE', '/faults'),
  control('GET', '/requests'),
  control('GET', '/requests?method=PATCH&status=500&limit=1'),
  control('GET', '/requests?q=ses_pending&before=3&status=5xx'),
  control('GET', '/requests/summaries?status=2xx&limit=1'),
  control('GET', '/requests/1'),
  control('GET', '/requests/9999'),
  control('POST', '/requests/1/resend', {}),
  control('POST', '/requests/1/resend', { idempotency_key: 'again', body: { metadata: { n: 2 } } }),
  control('POST', '/requests/verify', { match: { method: 'PATCH' }, at_least: 1 }),
  control('POST', '/requests/verify', { match: { session_id: 'ses_pending', body: { metadata: { n: 9 } } }, count: 1 }),
  control('DELETE', '/requests?session_id=ses_pending&status=500'),
  control('DELETE', '/requests'),
  control('GET', '/clock'),
  control('POST', '/clock', { set: '2030-01-01T00:00:00Z', advance: '24h', freeze: true }),
  control('POST', '/clock', { advance: -1000 }),
  control('DELETE', '/clock'),
  control('GET', '/webhooks'),
  control('POST', '/webhooks/hold'),
  control('POST', '/webhooks/trigger', { event: 'session.approved', session_id: 'ses_pending', payload: { more: { a_b: 1 } } }),
  control('POST', '/webhooks/trigger', { event: 'session.approved', session_id: 'ses_nowhere' }),
  control('POST', '/webhooks/deliver', { ids: ['whd_nowhere'] }),
  control('POST', '/webhooks/deliver', { ids: 'all' }),
  control('POST', '/webhooks/release'),
  control('PUT', '/webhooks/timing', { timing: 'before' }),
  control('PUT', '/webhooks/timing', { timing: 500 }),
  control('POST', '/webhooks/settle', { timeout_ms: 1_000 }),
  control('GET', '/webhooks/deliveries?event=session.approved&limit=1'),
  control('GET', '/webhooks/deliveries?q=SES_pending&limit=1&offset=1'),
  control('POST', '/webhooks/verify', { event: 'session.approved', at_least: 1 }),
  control('POST', '/webhooks/verify', { event: 'session.approved', payload: { more: { a_b: 2 } } }),
  call('DELETE', '/webhooks/endpoints/webhook_sandbox'),
  control('PUT', '/rate-limits', { remaining: 1 }),
  patch({}),
  patch({}),
  control('POST', '/reset')
]

/** Requests that the document forbids. */
export const invalidRequests = [
  ...casings.flatMap(casing => {
    const headers = { 'Key-Inflection': casing }
    const name = reference[casing]
    return [
      ...[null, 7, true, [], {}].map(value => patch({ [name]: value }, { headers })),
      ...[null, 7, true, [], ''].map(value => patch({ metadata: value }, { headers })),
      ...[null, 7, true, [], ''].map(value => patch(value, { headers })),
      patch({ status: 'completed' }, { headers }),
      patch({ metadata: {}, is_sandbox: true, isSandbox: true }, { headers }),
      patch(undefined, { headers }),
      patch({}, { headers: { ...headers, 'Content-Type': 'text/plain' } }),
      patch({}, { headers: { ...headers, 'Verifa-Version': 'soon' } }),
      patch({}, { headers: { ...headers, 'Verifa-Version': '2026-02-30' } }),
      patch({}, { headers: { ...headers, 'Idempotency-Key': 'x'.repeat(256) } }),
      { method: 'PATCH', path: update, headers: { ...headers, 'Content-Type': 'application/json' }, body: '{}' },
      call('POST', '/sessions', { metadata: 7, checks: 'document' }, headers),
      call('POST', '/sessions/ses_capturing/simulate', { action: 'reject' }, headers),
      call('POST', '/sessions/ses_pending/generate-one-time-link', { [minutes[casing]]: 0 }, headers),
      call('GET', '/sessions?status=done&limit=0', undefined, headers),
      call('GET', '/results?limit=101', undefined, headers),
      call('POST', '/webhooks/endpoints', { label: 'Orders' }, headers),
      call('PATCH', '/webhooks/endpoints/webhook_sandbox', { url: 7 }, headers),
      call('POST', '/sessions/bulk-redact', { [sessionIds[casing]]: [] }, headers),
      outcome('ses_pending', 'decline', headers)
    ]
  }),
  patch({}, { headers: { 'Key-Inflection': 'title' } }),
  control('POST', '/login', { token: 7 }),
  control('POST', '/sessions', { status: 'lost' }),
  control('POST', '/sessions', [{ id: '' }, { colour: 'red' }]),
  control('POST', '/sessions/ses_pending/simulate', { action: 'reject' }),
  control('PUT', '/sessions/ses_pending/status', { status: 'done', result: {} }),
  control('PUT', '/state', {}),
  control('POST', '/faults', {}),
  control('POST', '/faults', { then: { status: 200 } }),
  control('POST', '/faults', { then: { drop: 'later' }, times: 0 }),
  control('PUT', '/sessions/ses_pending/fixture', { status: 'lost', colour: 'red' }),
  control('GET', '/sessions?limit=1001'),
  control('GET', '/idempotency-keys?limit=-1'),
  control('GET', '/requests?status=none'),
  control('GET', '/requests?limit=-1'),
  control('GET', '/webhooks/deliveries?offset=-1'),
  control('GET', '/requests/summaries?before=soon'),
  control('POST', '/requests/1/resend', { idempotencyKey: 'again' }),
  control('DELETE', '/requests?status=none'),
  control('POST', '/requests/verify', { count: -1 }),
  control('PUT', '/rate-limits', { remaining: -1 }),
  control('POST', '/webhooks/trigger', {}),
  control('POST', '/webhooks/verify', { count: -1 }),
  control('POST', '/clock', { set: 'noon' }),
  control('POST', '/clock', { freeze: 'yes' })
]
