import t from 'tap'
import type { Journal } from '../../src/domain/journal/journal.js'
import { MemoryJournal } from '../../src/stores/memory-journal.js'
import { exchange, idsOf, journalOf, many } from '../domain/exchanges.js'
import { journalRules } from './journal-rules.js'

for (const [name, rule] of Object.entries(journalRules)) {
  t.test(name, async t => rule(t, async ({ maxEntries, maxBytes }) => new MemoryJournal(maxEntries, maxBytes)))
}

t.test('an exchange is added at once, and kept itself', async t => {
  const journal: Journal = journalOf([])
  const one = exchange()
  t.equal(journal.add(one), undefined)
  t.equal((await journal.list())[0], one)
  t.equal(await journal.find(1), one)
})

t.test('an exchange is not removed because it has the ID of one from before the journal was emptied', async t => {
  const journal = journalOf([{}])
  const old = await journal.list()
  await journal.clear()
  journal.add(exchange())
  await journal.remove(old)
  t.same(idsOf(await journal.list()), [1])
})

t.test('a copy has the same exchanges, and later additions do not affect the original', async t => {
  const journal = journalOf(many(3), 2)
  const copy = journal.copy()
  journal.add(exchange())
  journal.add(exchange())
  t.same([idsOf(await copy.list()), await copy.counts()], [[2, 3], { size: 2, dropped: 1 }])
  copy.add(exchange())
  t.same([idsOf(await copy.list()), await copy.counts()], [[3, 4], { size: 2, dropped: 2 }])
})
