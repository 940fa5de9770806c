import fc from 'fast-check'
import t from 'tap'
import { inflectKey, keyInflections } from '../../src/contract/casing.js'
import { timestamp } from '../../src/contract/time.js'
import { checkOf } from '../../src/contract/validation.js'
import { statuses } from '../../src/domain/sessions/session.js'
import { simulatedResult } from '../../src/domain/sessions/simulated-result.js'
import { type BodyOptions, valueAt, writeBody } from '../../src/domain/webhooks/payload-body.js'
import { OutcomePayload, Payload, payloadOf } from '../../src/domain/webhooks/payload.js'
import { NOW, session } from './examples.js'

const FIELDS = ['event', 'idempotency_key', 'session_id', 'external_ref', 'status', 'is_sandbox']
const approvedSession = session({ status: 'completed', external_ref: 'order-7', metadata: { a_b: 1 } })
const approved = payloadOf({
  event: 'session.approved',
  environment: 'sandbox',
  key: 'idk_1',
  session: approvedSession,
  result: { ...simulatedResult(approvedSession, 'approved', NOW), extracted_data: { first_name: 'Jane', address: { zip_code: '1', lines_of: ['x_y'] } } }
})

function bodyOf (payload: object, options: Partial<BodyOptions> = {}): string {
  return writeBody(payload as Payload, { form: 'flat', inflection: 'snake', blocklist: [], createdAt: timestamp(NOW), ...options })
}

t.test('a payload has the fields of the vendor\'s page, in order', async t => {
  const created = payloadOf({ event: 'session.created', environment: 'live', key: 'idk_1', session: session({ is_sandbox: false, external_ref: 'order-7' }) })
  t.same(Object.entries(created), [
    ['event', 'session.created'], ['idempotency_key', 'idk_1'], ['session_id', 'ses_a'], ['external_ref', 'order-7'], ['status', 'pending'],
    ['is_sandbox', false]
  ])
  t.same(Object.keys(approved), [...FIELDS, 'result', 'identity_id'])
  t.match(approved, {
    result: { age_check_passed: true, extracted_age: 28, face_match_passed: true, face_match_score: 0.95, extracted_data: { first_name: 'Jane' } },
    identity_id: null
  })
  t.same(payloadOf({ event: 'webhook.test', environment: 'sandbox', key: 'idk_1', session: undefined }), {
    event: 'webhook.test', idempotency_key: 'idk_1', session_id: null, external_ref: null, status: null, is_sandbox: true
  })
  const described = [[Payload, created], [OutcomePayload, approved], [OutcomePayload, { ...approved, result: null }]] as const
  for (const [schema, payload] of described) {
    t.same(checkOf(schema)(payload), [])
  }
})

t.test('the status speaks the language of results; an event without a status of its own has the session\'s', async t => {
  const own: Record<string, string> = {
    'session.created': 'pending',
    'session.started': 'capturing',
    'session.expired': 'expired',
    'session.approved': 'approved',
    'session.declined': 'rejected',
    'session.requires-review': 'needs_review'
  }
  for (const status of statuses) {
    const statusOf = (event: string) => payloadOf({ event, environment: 'sandbox', key: 'idk_1', session: session({ status }) }).status
    for (const [event, expected] of Object.entries(own)) t.equal(statusOf(event), expected)
    for (const event of ['session.redacted', 'session.link_generated', 'constructor', 'order.shipped']) t.equal(statusOf(event), status)
  }
})

t.test('only an event with an outcome has a result, which is null when the session has none', async t => {
  for (const event of ['session.approved', 'session.declined', 'session.requires-review']) {
    const payload = payloadOf({ event, environment: 'sandbox', key: 'idk_1', session: session() })
    t.match(payload, { result: null, identity_id: null })
  }
  for (const event of ['session.created', 'session.expired', 'session.redacted']) {
    const result = simulatedResult(session(), 'approved', NOW)
    t.same(Object.keys(payloadOf({ event, environment: 'sandbox', key: 'idk_1', session: session(), result })), FIELDS)
  }
})

t.test('a body has the casing of its endpoint; the data of a document and the fields that a test adds keep theirs', async t => {
  t.equal(bodyOf(approved), JSON.stringify(approved))
  for (const inflection of keyInflections) {
    const body = JSON.parse(bodyOf({ ...approved, added_field: { a_b: 1 } }, { inflection })) as Record<string, Record<string, unknown>>
    t.same(Object.keys(body), [...[...FIELDS, 'result', 'identity_id'].map(key => inflectKey(key, inflection)), 'added_field'])
    t.match(body['result'], { [inflectKey('face_match_score', inflection)]: 0.95 })
    t.same(body['result']?.[inflectKey('extracted_data', inflection)], { first_name: 'Jane', address: { zip_code: '1', lines_of: ['x_y'] } })
    t.same(body['added_field'], { a_b: 1 })
  }
})

t.test('the nested form has everything but the event in data, and when it happened', async t => {
  for (const inflection of keyInflections) {
    const { event, ...data } = JSON.parse(bodyOf(approved, { inflection })) as { event: string }
    t.equal(bodyOf(approved, { inflection, form: 'nested' }), JSON.stringify({ event, data, [inflectKey('created_at', inflection)]: timestamp(NOW) }))
  }
})

t.test('a blocklist leaves out fields at any depth, in both forms and every casing, and nothing else', async t => {
  const blocklist = ['external_ref', 'result.extracted_data.address.zip_code', 'result.face_match_score', 'result.none.x', 'event.x', 'none']
  const shown = JSON.parse(bodyOf(approved, { blocklist })) as object
  t.same(shown, {
    ...Object.fromEntries(Object.entries(approved).filter(([key]) => key !== 'external_ref')),
    result: {
      age_check_passed: true,
      extracted_age: 28,
      face_match_passed: true,
      extracted_data: { first_name: 'Jane', address: { lines_of: ['x_y'] } }
    }
  })
  t.same(JSON.parse(bodyOf(approved, { blocklist: ['result'], inflection: 'camel', form: 'nested' })), {
    event: 'session.approved',
    data: { idempotencyKey: 'idk_1', sessionId: 'ses_a', externalRef: 'order-7', status: 'approved', isSandbox: true, identityId: null },
    createdAt: timestamp(NOW)
  })
  t.equal(bodyOf(approved, { blocklist: ['event', 'idempotency_key'] }), bodyOf(approved), 'a receiver always learns what it got')
  t.equal(bodyOf(approved, { blocklist: ['result.extracted_data.address.lines_of.0', '', 'a..b', '__proto__', 'toString'] }), bodyOf(approved))
})

t.test('a value that a blocklist names is gone, and all others stay', async () => {
  const key = fc.constantFrom('a', 'b', '__proto__', 'constructor')
  const object = fc.letrec(tie => ({
    object: fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map(entries => Object.fromEntries(entries) as object),
    value: fc.oneof({ maxDepth: 3 }, fc.constantFrom(null, 1, 'x', [1]), tie('object'))
  })).object
  fc.assert(fc.property(object, fc.array(key, { minLength: 1, maxLength: 3 }), (object, names) => {
    const path = names.join('.')
    const body = JSON.parse(bodyOf(object, { blocklist: [path] })) as object
    if (valueAt(object, path) === undefined) return JSON.stringify(body) === JSON.stringify(object)
    return valueAt(body, path) === undefined && JSON.stringify(object).length > JSON.stringify(body).length
  }))
})
