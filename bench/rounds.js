import { InvalidRun } from './invalid-run.js'
import { pause, resume } from './server.js'

/**
 * The results of rounds: the valid pairs, why other rounds were discarded, and the largest share of a core that other programs took.
 * @typedef {{ pairs: [number, number][], invalid: string[], disturbed?: number }} Rounds
 */

/**
 * Measures a pair several times. The second of a pair may find the processor warmer or slower, so every other round is measured
 * backwards: A B B A.
 * @param {(backwards: boolean) => Promise<{ pair: [number, number], disturbed?: number }>} measurePair
 * @returns {Promise<Rounds>}
 */
export async function pairedRounds (count, measurePair) {
  const rounds = { pairs: [], invalid: [], disturbed: undefined }
  for (let round = 1; round <= count; round++) {
    await discardInvalid(rounds, async () => {
      const { pair, disturbed } = await measurePair(round % 2 === 0)
      add(rounds, { pairs: [pair], invalid: [], disturbed })
      console.error(`  ${pair.map(value => value.toPrecision(4)).join('  ')}  ratio ${(pair[0] / pair[1]).toFixed(3)}`)
    })
  }
  return rounds
}

/**
 * Makes rounds in batches, each with new processes: the speed of a process also depends on chance, such as where its code and its heap
 * are in memory.
 * @param {(count: number) => Promise<Rounds>} measureBatch
 */
export async function freshRounds ({ rounds: count, fresh }, measureBatch) {
  const rounds = { pairs: [], invalid: [], disturbed: undefined }
  for (let done = 0; done < count; done += fresh) {
    await discardInvalid(rounds, async () => add(rounds, await measureBatch(Math.min(fresh, count - done))))
  }
  return rounds
}

async function discardInvalid (rounds, measure) {
  try {
    await measure()
  } catch (error) {
    if (!(error instanceof InvalidRun)) throw error
    rounds.invalid.push(error.message)
    console.error(`  discarded: ${error.message}`)
  }
}

function add (rounds, { pairs, invalid, disturbed }) {
  rounds.pairs.push(...pairs)
  rounds.invalid.push(...invalid)
  if (disturbed !== undefined) rounds.disturbed = Math.max(disturbed, rounds.disturbed ?? 0)
}

/**
 * Measures the speed of two servers, one right after the other, while all others are paused.
 * @param tasks each server and its workload
 * @param backwards whether to begin with the last task
 * @param running all servers that run
 */
export async function speeds (load, tasks, backwards, running = tasks.map(([server]) => server)) {
  const results = []
  for (const [server, workload] of backwards ? tasks.toReversed() : tasks) {
    const others = running.filter(other => other !== server)
    others.forEach(pause)
    try {
      results.push(await load.apply(server, workload))
    } finally {
      others.forEach(resume)
    }
  }
  if (backwards) results.reverse()
  const disturbances = results.map(({ disturbed }) => disturbed).filter(share => share !== undefined)
  return {
    pair: results.map(({ perSecond }) => perSecond),
    disturbed: disturbances.length > 0 ? Math.max(...disturbances) : undefined
  }
}

export function median (values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * A row of the table with the ratios within pairs. Measurements of different rounds are never compared.
 * @throws InvalidRun when all rounds were discarded
 */
export function ratioRow (row, { pairs, invalid, disturbed }) {
  if (pairs.length === 0) throw new InvalidRun(`all rounds were discarded: ${invalid.at(-1)}`)
  return {
    ...row,
    unit: 'ratio',
    values: pairs.map(([first, second]) => first / second),
    mock: median(pairs.map(([first]) => first)),
    other: median(pairs.map(([, second]) => second)),
    pairs,
    invalid,
    disturbed
  }
}
