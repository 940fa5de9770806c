import fc from 'fast-check'
import type { Test } from 'tap'
import type { EmbeddedVerifaMock } from '../../src/index.js'
import { Comparison } from './comparison.js'
import { routes } from './request.js'
import { step } from './some-step.js'

const START = Date.parse('2026-03-01T12:00:00.000Z')
const SHRINKING = 20_000 // milliseconds in which a failure is made smaller: it must be reported before tap ends the test
/** How many runs are enough to meet every kind of response. */
const MANY = 2_000

const replay = JSON.parse(process.env['VERIFA_MOCK_MODEL_REPLAY'] ?? '{}') as Pick<fc.Parameters, 'seed' | 'path'>

/**
 * Random sequences of everything that can be done to a mock. Each step is done to one of the mocks, which share their state, and to the
 * reference model: both must respond alike, to the byte, and have the same state in the end. A failure prints `seed` and `path`;
 * VERIFA_MOCK_MODEL_REPLAY='{"seed":1,"path":"2:3"}' repeats that one.
 */
export async function compareWithModel (t: Test, mocks: readonly EmbeddedVerifaMock[], runs: number): Promise<void> {
  // so that a clock that runs is as predictable as one that is frozen; not by t.intercept, which records every call
  const machine = { now: START }
  const { now } = Date
  Date.now = () => machine.now
  t.teardown(() => {
    Date.now = now
  })
  const comparison = new Comparison(mocks, machine)
  let failedAt: number | undefined
  let stepsDone = 0
  const steps = fc.array(fc.tuple(fc.nat(mocks.length - 1), step), { maxLength: 110, size: 'max' }) // 50 on average
  await fc.assert(fc.asyncProperty(steps, async steps => {
    fc.pre(failedAt === undefined || performance.now() - failedAt < SHRINKING)
    machine.now = START
    await comparison.reset()
    try {
      for (const [index, step] of steps) await comparison.perform(step, mocks[index] as EmbeddedVerifaMock)
      await comparison.compareAll()
      stepsDone += steps.length
    } catch (error) {
      failedAt ??= performance.now()
      throw error
    }
  }), { numRuns: runs, ...replay }).catch((error: unknown) => {
    // tap shows no failure whose name has this character, which ends a line
    const { message, cause } = error as Error
    throw new Error(message.replaceAll('\u2028', '\\u2028'), { cause })
  })

  const { seen } = comparison
  t.comment(`${runs} runs of ${Math.round(stepsDone / runs)} steps on average`)
  t.comment([...seen].sort().map(([kind, count]) => `${kind}: ${count}`).join(', '))
  if (runs >= MANY && replay.seed === undefined) checkKinds(t, [...seen.keys()])
}

/** Sequences in which nothing happens prove nothing. */
function checkKinds (t: Test, seen: readonly string[]): void {
  const ofCapture = ['GET 200', 'GET 303', 'GET 404', 'GET 410', 'HEAD 200', 'HEAD 410', 'POST 200', 'POST 404', 'POST 410', 'POST 422']
  const kinds = ofCapture.map(kind => `capture ${kind}`)
  for (const [operation, [method, path]] of Object.entries(routes)) {
    const isWriting = method !== 'GET'
    const success = /^(createSession|generateOneTimeLink)$/.test(operation) ? '201' : '200'
    kinds.push(...[success, '400', '401', '422', ...path.includes('*') ? ['404'] : [],
      ...operation === 'createSession' ? [] : ['403'], ...isWriting ? [`${success} replayed`, '415'] : []].map(kind => `${operation} ${kind}`))
  }
  for (const kind of kinds) t.ok(seen.includes(kind), `there were responses of kind ${kind}`)
  // faults are rare, so not every operation meets every one
  for (const kind of ['cut', '418', '429', '500', '503']) {
    t.ok(seen.some(name => name.endsWith(` ${kind}`)), `there were responses of kind ${kind}`)
  }
}
