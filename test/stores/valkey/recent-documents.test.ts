import t from 'tap'
import { writesOf } from '../../../src/stores/valkey/commit-request.js'
import { RecentDocuments } from '../../../src/stores/valkey/recent-documents.js'
import { inOrder, StepReading } from '../../../src/stores/valkey/step-reads.js'
import { clockAt, NOW, record, session } from '../../domain/examples.js'
import { fieldOf } from './request-examples.js'

t.test('only sessions and keys are kept', async t => {
  const recent = new RecentDocuments()
  const reading = new StepReading()
  reading.add('settings', ['clock'], inOrder([fieldOf('settings', clockAt(NOW))]))
  recent.take(reading, writesOf({ puts: { settings: [clockAt(NOW)] } }), '5')
  t.equal(recent.has('settings clock'), false)
  t.equal(recent.readingOf({ settings: ['clock'] }), undefined)
})

t.test('a step can be tried with documents that were written before, as long as they are known', async t => {
  const recent = new RecentDocuments()
  const reads = { sessions: ['ses_a'], idempotency: [record('a').id] }
  t.equal(recent.readingOf(reads), undefined, 'the session is not known')
  const [before] = inOrder([fieldOf('sessions', session(), 4)])
  const write = (changes: Parameters<typeof writesOf>[0], version: string) => {
    const reading = new StepReading()
    reading.add('sessions', ['ses_a'], [before])
    recent.take(reading, writesOf(changes), version)
  }
  const after = session({ external_ref: 'new' })
  write({ puts: { sessions: [after], idempotency: [record('a')], links: [] } }, '5')
  const reading = recent.readingOf(reads)
  t.same(reading?.found(), { sessions: [after], idempotency: [undefined] }, 'a key that is not known is most likely a new one')
  t.same(reading?.documents('sessions').get('ses_a'), { ...before, version: '5', document: after })
  for (const other of [{ ...reads, links: ['ses_a'] }, { sessions: { newest: { where: { environment: 'sandbox' }, offset: 0, limit: 1 } } }] as const) {
    t.equal(recent.readingOf(other), undefined, 'it reads something else')
  }
  write({ puts: { links: [{ id: 'ses_a' } as never] } }, '6')
  t.ok(recent.readingOf(reads), 'other collections change nothing')
  write({ puts: { sessions: [session()] }, deletes: { sessions: ['ses_a'] } }, '7')
  t.equal(recent.readingOf(reads), undefined, 'its new place is not known')
  write({ puts: { sessions: [after] } }, '8')
  t.ok(recent.readingOf(reads))
  t.same([recent.has('sessions ses_a'), recent.has('sessions ses_b')], [true, false])
  recent.forget(writesOf({ puts: { sessions: [after] } }))
  t.equal(recent.readingOf(reads), undefined, 'it was not written')
  write({ puts: { sessions: [after] } }, '9')
  write({ deletes: { sessions: ['ses_a'] } }, '10')
  t.equal(recent.readingOf(reads), undefined)
})
