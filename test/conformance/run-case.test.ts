import t from 'tap'
import type { Case, Expectation, Mismatch, Step } from '../../src/conformance/case.js'
import { updateSession, updateSessionWithText } from '../../src/conformance/cases/update-session/request.js'
import { problemsAndMore, problemsAt } from '../../src/conformance/expectations/errors.js'
import { fields, laterThan, metadata } from '../../src/conformance/expectations/fields.js'
import { at } from '../../src/conformance/expectations/parts.js'
import { exactBody, header, sameJsonAs, success } from '../../src/conformance/expectations/response.js'
import { fillPath, fillPlaceholders } from '../../src/conformance/placeholders.js'
import { runCase } from '../../src/conformance/run-case.js'
import { Target } from '../../src/conformance/target.js'
import { SANDBOX_KEY } from '../helper.js'
import { faultyTarget, startMock } from './suite.js'

const values = { own: 'own_1', session_id: 'ses_pending', api_key: SANDBOX_KEY, webhook_url: 'http://127.0.0.1:9/webhooks' }

function caseOf (...steps: Step[]): Case {
  return { name: 'a case', mark: 'DOC', says: 'nothing', steps }
}

async function targetOf (baseUrl: string): Promise<Target> {
  return new Target({ baseUrl, apiKey: SANDBOX_KEY, wait: async () => undefined })
}

t.test('a later step uses saved values in its path, headers, body and expectations', async t => {
  const target = await targetOf((await startMock(t)).url)
  const steps = [
    updateSession({ metadata: { list: [{ id: 7 }], text: 'a/b' } }, {
      expect: [success], save: { sid: 'id', number: 'metadata.list.0.id', list: 'metadata.list', text: 'metadata.text' }
    }),
    updateSession({ metadata: { '{text}': '{number}', 'copy': '{list}', 'mixed': 'no. {number}' } }, {
      path: '/sessions/{sid}',
      headers: { 'Idempotency-Key': '{text}' },
      expect: [fields({ id: '{sid}' }), metadata({ 'a/b': 7, 'copy': [{ id: 7 }], 'mixed': 'no. 7', 'list': '{list}' })]
    }),
    updateSessionWithText('{"metadata":{"raw":{number}}}', { expect: [metadata({ raw: 7 })] })
  ]
  t.equal(await runCase(caseOf(...steps), target, values), undefined)
})

t.test('a value that cannot be saved fails the case', async t => {
  const target = await targetOf((await startMock(t)).url)
  const drift = await runCase(caseOf(updateSession({}, { save: { link: 'data.0.id' } }), updateSession({ metadata: { link: '{link}' } })), target, values)
  t.match(drift, {
    step: 1, sent: 'PATCH /sessions/ses_pending {}', expected: 'a field data.0.id, which a later step needs', seen: /^status 200, \{"id":/
  })
})

t.test('a mismatch shows saved values, not placeholders', async t => {
  const target = await targetOf((await startMock(t)).url)
  const drift = await runCase(caseOf(
    updateSession({}, { save: { sid: 'id' } }),
    updateSession({}, { expect: [exactBody({ id: '{sid}' })] })
  ), target, values)
  t.match(drift, { step: 2, expected: 'the body {"id":"ses_pending"}' })
})

t.test('a request is described with its own headers, and with the key masked', async t => {
  const target = await targetOf(await faultyTarget(t, await startMock(t), async () => 'cut'))
  const step: Step = { method: 'GET', path: '/sessions/{own}', headers: { 'Authorization': 'Bearer {api_key}', 'X-API-Key': null } }
  t.same(await runCase(caseOf(step), target, values), {
    step: 1,
    sent: 'GET /sessions/own_1 {"Authorization":"Bearer vk_sandbox_…7be2","X-API-Key":null}',
    expected: 'a response',
    seen: 'none: socket hang up'
  })
})

t.test('placeholders are filled in', async t => {
  const given = { ...values, saved: ['{own}'], odd: 'a/b {own}' }
  t.same(fillPlaceholders({ '{own}_a': ['{own:7}', null, true, { b: '{saved}' }], 'c': '{odd}!' }, given), {
    own_1_a: ['own_1xx', null, true, { b: ['{own}'] }], c: 'a/b {own}!'
  })
  t.equal(fillPath('/sessions/{odd}/{own:6}', given), '/sessions/a%2Fb%20%7Bown%7D/own_1x')
  for (const text of ['{link}', 'a {link}', '{toString}']) {
    t.throws(() => fillPlaceholders(text, given), { message: `No value was saved as ${text.replace('a ', '')}.` })
  }
})

t.test('a failed expectation says what was expected and what was seen', async t => {
  const problem = (loc: string) => ({ loc: ['body', loc], msg: 'is wrong', type: 'wrong' })
  const more = { loc: ['body'], msg: 'has 3 more problems', type: 'more_problems' }
  const json = { at: '2026-01-01T00:00:00Z', other: 7, metadata: { a: 1 }, detail: [problem('x'), problem('y'), more] }
  const response = { status: 200, headers: { 'x-a': 'b' }, text: 'a text', json }
  const context = { response, responses: [response], earlier: () => ({ ...response, json: 8, text: '8' }), fill: <T>(value: T) => value }
  const table: [expectation: Expectation, mismatch: Mismatch | undefined][] = [
    [header('X-A', 'b'), undefined],
    [header('X-A', null), { expected: 'no header X-A', seen: 'X-A: b' }],
    [header('X-B', 'b'), { expected: 'X-B: b', seen: 'X-B: absent' }],
    [laterThan('at', '2025-12-31T00:00:00Z'), undefined],
    [laterThan('at', '2026-01-01T00:00:00Z'), { expected: 'at later than 2026-01-01T00:00:00Z', seen: 'at "2026-01-01T00:00:00Z"' }],
    [laterThan('other', '2025-12-31T00:00:00Z'), { expected: 'other later than 2025-12-31T00:00:00Z', seen: 'other 7' }],
    [metadata({ a: 1, b: 2, c: undefined }), { expected: 'metadata with b 2', seen: 'metadata with b absent' }],
    [sameJsonAs(1), { expected: 'the same body as response 1: status 200, 8', seen: 'status 200, a text' }],
    [problemsAt(['body', 'y'], ['body', 'x'], ['body']), undefined],
    [at('metadata', problemsAt(['body'])), { expected: 'in metadata: a detail with problems {loc, msg, type} at ["body"]', seen: 'status 200, a text' }],
    [problemsAndMore(2, 3), undefined],
    [problemsAndMore(1, 3), { expected: `1 problems and then ${JSON.stringify(more)}`, seen: '3 problems: status 200, a text' }]
  ]
  for (const [index, [expectation, mismatch]] of table.entries()) t.same(expectation(context), mismatch, `row ${index}`)
})
