import { pause, resume } from './server.js'
import { VoidRun } from './void-run.js'

/**
 * What rounds gave: the pairs that count, why others do not, and which share of a core other programs took at worst.
 * @typedef {{ pairs: [number, number][], voided: string[], disturbed?: number }} Rounds
 */

/**
 * Measures a pair again and again. Whoever comes second finds the processor warmer, or slower: so that the rounds can
 * take turns, A B B A, each is told whether it is to go backwards.
 * @param {(backwards: boolean) => Promise<{ pair: [number, number], disturbed?: number }>} measurePair
 * @returns {Promise<Rounds>}
 */
export async function pairedRounds (count, measurePair) {
  const rounds = { pairs: [], voided: [], disturbed: undefined }
  for (let round = 1; round <= count; round++) {
    await orVoid(rounds, async () => {
      const { pair, disturbed } = await measurePair(round % 2 === 0)
      add(rounds, { pairs: [pair], voided: [], disturbed })
      console.error(`  ${pair.map(value => value.toPrecision(4)).join('  ')}  ratio ${(pair[0] / pair[1]).toFixed(3)}`)
    })
  }
  return rounds
}

/**
 * Rounds on servers that are started anew after every few, so that the luck of one process (where its code and its heap
 * came to lie) does not decide.
 * @param {(count: number) => Promise<Rounds>} measureBatch
 */
export async function freshRounds ({ rounds: count, fresh }, measureBatch) {
  const rounds = { pairs: [], voided: [], disturbed: undefined }
  for (let done = 0; done < count; done += fresh) {
    await orVoid(rounds, async () => add(rounds, await measureBatch(Math.min(fresh, count - done))))
  }
  return rounds
}

async function orVoid (rounds, act) {
  try {
    await act()
  } catch (error) {
    if (!(error instanceof VoidRun)) throw error
    rounds.voided.push(error.message)
    console.error(`  void: ${error.message}`)
  }
}

function add (rounds, { pairs, voided, disturbed }) {
  rounds.pairs.push(...pairs)
  rounds.voided.push(...voided)
  if (disturbed !== undefined) rounds.disturbed = Math.max(disturbed, rounds.disturbed ?? 0)
}

/**
 * The speed of two servers, one right after the other; whoever is not measured stands still.
 * @param tasks each server and what it is asked
 * @param backwards whether to begin with the last of them
 * @param running all servers that run
 */
export async function speeds ({ put }, tasks, backwards, running = tasks.map(([server]) => server)) {
  const results = []
  for (const [server, work] of backwards ? tasks.toReversed() : tasks) {
    const others = running.filter(other => other !== server)
    others.forEach(pause)
    try {
      results.push(await put(server, work))
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
 * A row of the table: what is compared is the ratio within each pair, never across rounds.
 * @throws VoidRun when no round counts
 */
export function ratioRow (row, { pairs, voided, disturbed }) {
  if (pairs.length === 0) throw new VoidRun(`every round is void: ${voided.at(-1)}`)
  return {
    ...row,
    unit: 'ratio',
    values: pairs.map(([first, second]) => first / second),
    mock: median(pairs.map(([first]) => first)),
    other: median(pairs.map(([, second]) => second)),
    pairs,
    voided,
    disturbed
  }
}
