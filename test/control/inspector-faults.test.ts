import fc from 'fast-check'
import t from 'tap'
import { type FaultForm, faultRuleOf } from '../../src/control/inspector/page/faults/fault-rule.js'
import { effectInWords, matchInWords, timesInWords } from '../../src/control/inspector/page/faults/fault-words.js'
import type { Fault, FaultEffect } from '../../src/index.js'
import { startApp } from '../helper.js'

const empty: FaultForm = {
  kind: 'status', status: '503', detail: '', delay: '2000', operation: '', session: '', key: '', event: '', endpoint: '', times: '1', skip: '0'
}
const kinds = [
  'status', 'delay', 'drop-before', 'drop-after', 'webhook-lose', 'webhook-duplicate', 'webhook-delay', 'webhook-cut', 'webhook-wrong_signature',
  'webhook-missing_signature', 'webhook-stale_signature'
]

t.test('whatever the form has, the mock takes the fault', async t => {
  const app = startApp(t)
  const text = fc.constantFrom('', 'ses_a', 'x y', '"><img>')
  const form: fc.Arbitrary<FaultForm> = fc.record({
    kind: fc.constantFrom(...kinds),
    status: fc.integer({ min: 400, max: 599 }).map(String),
    delay: fc.integer({ min: 0, max: 600_000 }).map(String),
    operation: fc.constantFrom('', 'updateSession'),
    times: fc.constantFrom('', '1', '7'),
    skip: fc.constantFrom('0', '3'),
    ...{ detail: text, session: text, key: text, event: text, endpoint: text }
  })
  await fc.assert(fc.asyncProperty(form, async form => {
    const { statusCode, body } = await app.inject({ method: 'POST', url: '/_mock/faults', payload: faultRuleOf(form) })
    if (statusCode !== 201) throw new Error(body)
  }))
})

t.test('what does not go with the effect is left out', async t => {
  t.same(faultRuleOf({ ...empty, event: 'session.approved', operation: 'updateSession', detail: 'Down' }),
    { match: { operation: 'updateSession' }, then: { status: 503, detail: 'Down' }, times: 1, skip: 0 })
  t.same(faultRuleOf({ ...empty, kind: 'webhook-delay', event: 'session.approved', operation: 'updateSession', times: '' }),
    { match: { event: 'session.approved' }, then: { webhook: 'delay', delay_ms: 2000 }, times: null, skip: 0 })
})

t.test('faults in words', async t => {
  const effects: [effect: FaultEffect, words: string][] = [
    [{ status: 503 }, 'Return 503'],
    [{ status: 503, detail: 'Down' }, 'Return 503: Down'],
    [{ delay_ms: 2000 }, 'Delay the request by 2,000 ms'],
    [{ drop: 'before' }, 'Cut the connection before anything is done'],
    [{ drop: 'after' }, 'Do everything, then cut the connection'],
    [{ webhook: 'delay', delay_ms: 5 }, 'Delay the webhook by 5 ms'],
    [{ webhook: 'lose' }, 'Lose the webhook']
  ]
  for (const [effect, words] of effects) t.equal(effectInWords(effect), words)
  t.equal(matchInWords({ match: {}, then: { status: 503 } }), 'Requests, all')
  t.equal(matchInWords({ match: { session_id: 'ses_a', event: 'session.approved' }, then: { webhook: 'lose' } }), 'Webhooks with session ses_a, event session.approved')
  const times: [fault: Pick<Fault, 'remaining' | 'skip'>, words: string][] = [
    [{ remaining: 1, skip: 0 }, '1 more time'], [{ remaining: 2, skip: 1 }, '2 more times, after 1 match'], [{ remaining: null, skip: 3 }, 'until removed, after 3 matches']
  ]
  for (const [fault, words] of times) t.equal(timesInWords(fault), words)
})
