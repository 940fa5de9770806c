import t from 'tap'
import { timestamp } from '../../src/contract/time.js'
import { listSessions, searchOf, searchText, sessionTest } from '../../src/domain/sessions/list.js'
import { listResults, resultTest } from '../../src/domain/sessions/list-results.js'
import type { ResultDocument, ResultStatus } from '../../src/domain/sessions/result.js'
import { simulatedResult } from '../../src/domain/sessions/simulated-result.js'
import { NOW, session } from './examples.js'

function resultOf (status: ResultStatus, at: number): ResultDocument {
  return { id: 'ses_a', result: simulatedResult(session(), status, at) }
}

t.test('a session fits every field of a filter', async t => {
  const one = session({ id: 'ses_Abc', status: 'failed', external_ref: 'Order-1' })
  const bare = session({ id: 'ses_x' })
  const passes = (given: object) => {
    const filter = { environment: 'sandbox', ...given } as const
    const [test = () => true, part = ''] = [sessionTest(filter), searchOf(filter)]
    return [one, bare].map(session => test(session) && searchText(session).includes(part))
  }
  t.equal(sessionTest({ environment: 'sandbox', q: 'a' }), undefined, 'no session has to be looked at')
  t.equal(searchOf({ environment: 'sandbox' }), undefined, 'and no text, either')
  t.same(passes({ status: 'failed' }), [true, false])
  t.same(passes({ external_ref: 'Order-1' }), [true, false])
  t.same(passes({ external_ref: 'order-1' }), [false, false], 'the case of a reference matters')
  t.same(passes({ external_ref: 'Order' }), [false, false], 'and all of it')
  t.same(passes({ external_ref: '' }), [false, false])
  t.same(passes({ q: 'aBC' }), [true, false], 'a part of the ID')
  t.same(passes({ q: 'ORDER' }), [true, false], 'a part of the reference')
  t.same(passes({ q: 'SES_' }), [true, true])
  t.same(passes({ q: '' }), [true, true])
  t.same(passes({ q: 'none' }), [false, false])
  t.same(passes({ status: 'pending', q: 'abc' }), [false, false])
  t.same(passes({ external_ref: 'Order-1', q: 'x' }), [false, false])
  t.same(passes({ status: 'failed', external_ref: 'Order-2' }), [false, false])
})

t.test('a result fits every field of a filter; both times belong to the span', async t => {
  const results = [resultOf('approved', NOW - 1), resultOf('approved', NOW), resultOf('rejected', NOW + 1)]
  const passes = (filter: object) => results.map(resultTest({ environment: 'sandbox', ...filter }) ?? (() => true))
  t.equal(resultTest({ environment: 'sandbox' }), undefined, 'without a filter nothing is searched')
  t.same(passes({ status: 'approved' }), [true, true, false])
  t.same(passes({ created_after: timestamp(NOW) }), [false, true, true])
  t.same(passes({ created_before: timestamp(NOW) }), [true, true, false])
  t.same(passes({ status: 'rejected', created_before: timestamp(NOW) }), [false, false, false])
  t.same(passes({ created_after: timestamp(NOW), created_before: timestamp(NOW) }), [false, true, false])
})

t.test('a page says where it stands, and a listed result has no personal data', async t => {
  const page = { where: { environment: 'sandbox' as const }, limit: 5, offset: 2 }
  const pagination = { total: 9, limit: 5, offset: 2 }
  const sessions = [session()]
  const response = { status: 200, body: { data: sessions, pagination } }
  t.same(listSessions({ documents: sessions, total: 9 }, page), { events: [], response })
  const { data, ...rest } = listResults({ documents: [resultOf('rejected', NOW)], total: 9 }, page).response.body
  t.same(rest, { pagination })
  t.same(data, [{
    session_id: 'ses_a',
    status: 'rejected',
    created_at: timestamp(NOW),
    face_match_passed: false,
    face_match_score: 0.31,
    age_check_passed: null,
    rejection_reason: 'Document could not be read.',
    rejection_reason_code: 'document_unreadable'
  }])
})
