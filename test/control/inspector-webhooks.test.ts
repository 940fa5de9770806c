import t from 'tap'
import { webhookEvents } from '../../src/domain/events.js'
import { deliveryStatuses } from '../../src/domain/webhooks/delivery.js'
import { attemptsInWords, events, statuses, timingInWords, untilInWords } from '../../src/control/inspector/page/webhooks/words.js'

t.test('the page knows all events and statuses', async t => {
  t.same(events, webhookEvents)
  t.same(statuses, deliveryStatuses)
})

t.test('when webhooks are sent is said in words', async t => {
  t.equal(timingInWords('before'), 'Sent before the response')
  t.equal(timingInWords('after'), 'Sent after the response')
  t.equal(timingInWords(90_000), 'Sent 1 min 30 s after the event')
  t.equal(timingInWords(0), 'Sent 0 ms after the event')
})

t.test('how long it is until the next attempt depends on the clock', async t => {
  const at = '2026-11-23T07:02:00.000Z'
  const until = (now: string) => untilInWords(at, Date.parse(now))
  t.equal(until('2026-11-23T07:00:00.000Z'), 'in 2 min')
  t.equal(until('2026-11-22T05:00:30.500Z'), 'in 1 d 2 h')
  t.equal(until('2026-11-23T07:01:59.000Z'), 'in 1 s')
  t.equal(until('2026-11-23T07:01:59.001Z'), 'now')
  t.equal(until('2026-11-23T08:00:00.000Z'), 'now', 'an attempt that is late')
})

t.test('attempts are counted in words', async t => {
  t.same([0, 1, 6].map(attemptsInWords), ['not sent yet', '1 attempt', '6 attempts'])
})
