import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import t from 'tap'
import { KeyedQueue } from '../../../src/stores/valkey/keyed-queue.js'

/** A step that ends when the test says so. */
class HeldStep {
  isBegun = false
  end = (): void => undefined
  fail = (error: Error): void => assert.fail(error)
  readonly #ended = new Promise<void>((resolve, reject) => {
    this.end = resolve
    this.fail = reject
  })

  readonly run = async (): Promise<void> => {
    this.isBegun = true
    await this.#ended
  }
}

t.test('a step waits for those before it that have one of its keys, and for no others', async t => {
  const queue = new KeyedQueue()
  const [first, second, third, other, keyless] = [new HeldStep(), new HeldStep(), new HeldStep(), new HeldStep(), new HeldStep()]
  const all = [
    queue.run(['a', 'b'], first.run), queue.run(['b', 'c'], second.run), queue.run(['c'], third.run), queue.run(['d'], other.run),
    queue.run([], keyless.run)
  ]
  const begun = async () => {
    await turn()
    return [first, second, third, other, keyless].map(({ isBegun }) => isBegun)
  }
  t.same(await begun(), [true, false, false, true, true])
  first.end()
  t.same(await begun(), [true, true, false, true, true])
  second.end()
  t.same(await begun(), [true, true, true, true, true])
  for (const step of [third, other, keyless]) step.end()
  await Promise.all(all)
  t.equal(queue.size, 0)
})

t.test('a step that fails does not hold up others', async t => {
  const queue = new KeyedQueue()
  const [failing, next] = [new HeldStep(), new HeldStep()]
  const [failed, ended] = [queue.run(['a'], failing.run), queue.run(['a'], next.run)]
  failing.fail(new Error('refused'))
  await t.rejects(failed, { message: 'refused' })
  next.end()
  await ended
  t.equal(await queue.run(['a'], async () => 7), 7)
  t.equal(queue.size, 0)
})

t.test('a key that a step releases early no longer holds up other steps, but its other keys do', async t => {
  const queue = new KeyedQueue()
  const [first, released, held] = [new HeldStep(), new HeldStep(), new HeldStep()]
  const all = [
    queue.run(['a', 'b'], async release => {
      release('a')
      release('c') // it has no such key
      await first.run()
    }),
    queue.run(['a'], released.run),
    queue.run(['a', 'b'], held.run)
  ]
  await turn()
  t.same([first, released, held].map(({ isBegun }) => isBegun), [true, true, false])
  first.end()
  await turn()
  t.equal(held.isBegun, false, 'it waits for the step that came to the released key')
  released.end()
  held.end()
  await Promise.all(all)
  t.equal(queue.size, 0)
})

t.test('a key that a step releases stays with the next step', async t => {
  const queue = new KeyedQueue()
  const [first, second, third] = [new HeldStep(), new HeldStep(), new HeldStep()]
  const all = [queue.run(['a'], first.run), queue.run(['a'], second.run)]
  first.end()
  await turn()
  all.push(queue.run(['a'], third.run))
  await turn()
  t.same([second.isBegun, third.isBegun], [true, false])
  second.end()
  third.end()
  await Promise.all(all)
})

t.test('whatever keys steps have, all of them end, and steps with a common key run in order and never at the same time', async () => {
  const keys = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 4 })
  await fc.assert(fc.asyncProperty(fc.array(keys, { maxLength: 12 }), fc.scheduler(), async (steps, scheduler) => {
    const queue = new KeyedQueue()
    const running = new Set<string>()
    const last = new Map<string, number>()
    const all = Promise.all(steps.map(async (keys, index) => queue.run(keys, async () => {
      const own = new Set(keys)
      for (const key of own) {
        assert.ok(!running.has(key) && (last.get(key) ?? -1) < index, `step ${index} runs too early`)
        running.add(key)
        last.set(key, index)
      }
      await scheduler.schedule(Promise.resolve())
      for (const key of own) running.delete(key)
    })))
    await scheduler.waitFor(all)
    assert.equal(queue.size, 0)
  }))
})
