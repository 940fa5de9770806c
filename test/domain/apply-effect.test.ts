import { rejects } from 'node:assert/strict'
import t from 'tap'
import { applyEffect } from '../../src/domain/apply-effect.js'
import type { Store } from '../../src/domain/store.js'
import { baseOf, claim, memoryStore, session } from './examples.js'

/** A request whose effect is counted, and ends when `end` is called. */
function requestsOf (store: Store) {
  const ends: (() => void)[] = []
  let fails = false
  const send = (key?: string, ref = 'a') => applyEffect(store, {
    claim: key === undefined ? undefined : claim({ key, body: { ref } }),
    reads: { sessions: ['ses_a'] },
    effect: async ({ sessions: [found] }) => {
      await new Promise<void>(resolve => ends.push(resolve))
      if (fails) throw new Error('no effect')
      return found?.id
    },
    decide: ({ sessions: [found] }, id) => ({ events: [], response: { status: 200, body: [id, found?.external_ref] } })
  })
  const turn = () => new Promise(resolve => setImmediate(resolve))
  const fail = (now: boolean) => {
    fails = now
  }
  return { ends, send, turn, fail }
}

t.test('the effect comes first, and the decision uses the documents after it', async t => {
  const store = memoryStore({ sessions: baseOf('ses_a') })
  const { ends, send, turn } = requestsOf(store)
  const outcome = send()
  await turn()
  await store.transact({}, () => ({ puts: { sessions: [session({ external_ref: 'new' })] } }))
  ends[0]?.()
  t.match(await outcome, { replayed: false, result: { status: 200, body: ['ses_a', 'new'] } })
})

t.test('of equal requests at the same time, only one has an effect, and a replay or a mismatch has none', async t => {
  const { ends, send, turn } = requestsOf(memoryStore({ sessions: baseOf('ses_a') }))
  const both = [send('k'), send('k')]
  const mismatch = rejects(send('k', 'other'), { code: 'idempotency_mismatch' })
  const other = send('other')
  await turn()
  t.equal(ends.length, 2, 'another key does not wait')
  for (const end of ends) end()
  t.same((await Promise.all(both)).map(({ replayed }) => replayed), [false, true])
  await Promise.all([mismatch, other])
  t.equal((await send('k')).replayed, true)
  t.equal(ends.length, 2)
})

t.test('an effect that fails leaves the key free', async t => {
  const { ends, send, turn, fail } = requestsOf(memoryStore({ sessions: baseOf('ses_a') }))
  fail(true)
  const [first, second] = [send('k'), send('k')]
  await turn()
  ends[0]?.()
  await rejects(first, /no effect/)
  fail(false)
  await turn()
  ends[1]?.()
  t.equal((await second).replayed, false)
})
