import fc from 'fast-check'
import t from 'tap'
import { EngineTime } from '../../../src/stores/valkey/engine.js'

const SECOND = 1_000

/** An upper bound of the rounding error of a sum of two times, in milliseconds. */
const ROUNDING = 0.001

t.test('the time of the engine continues between its replies', async t => {
  let elapsed = 5
  const time = new EngineTime(() => elapsed)
  t.equal(time.observe(['100', '250500']), 100 * SECOND + 250.5)
  elapsed += 10
  t.equal(time.now(), 100 * SECOND + 260.5)
  elapsed += 10
  t.equal(time.observe(['101', '0']), 101 * SECOND)
})

t.test('it never goes back, whatever the engine says', async () => {
  const step = fc.record({ passes: fc.nat(5_000), seconds: fc.nat(10), microseconds: fc.nat(999_999) })
  fc.assert(fc.property(fc.array(step), steps => {
    let elapsed = 0
    const time = new EngineTime(() => elapsed)
    let last = 0
    return steps.every(({ passes, seconds, microseconds }) => {
      elapsed += passes
      const before = time.now()
      const after = time.observe([String(seconds), String(microseconds)])
      const observed = seconds * SECOND + microseconds / 1_000 - ROUNDING
      const isRight = before >= last && after >= before && after >= observed && time.now() === after
      last = after
      return isRight
    })
  }))
})

t.test('by default it continues like the time of the process', async t => {
  const time = new EngineTime()
  const start = time.observe(['100', '0'])
  t.ok(time.now() >= start)
})
