import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { maskApiKey } from '../api-keys.js'
import { type TopicalCase, cases } from './cases.js'
import { KeptSession } from './kept-session.js'
import type { ConformanceOptions } from './options.js'
import { type Outcome, reportJson, reportText, type Verdict } from './report.js'
import { runCase } from './run-case.js'
import { CannotRun, Target, type TargetOptions } from './target.js'

export interface ConformanceSurroundings {
  /** Takes the lines that tell how far the run is. */
  progress: (line: string) => void
  /** Ends the run early, when it has put the session back. */
  signal: AbortSignal
  /** Lets time pass; by default for as long as is said. */
  wait?: TargetOptions['wait']
  /** How long an answer may take, in milliseconds; by default ten seconds. */
  patience?: number
}

export interface ConformanceResult {
  /** 0: nothing that the vendor documents drifts. 1: something does. 2: the suite could not be run, or not to its end. */
  exitCode: 0 | 1 | 2
  /** The report, as text or JSON; undefined when the suite could not be begun. */
  report: string | undefined
  /** Why the suite could not be run, or not to its end. */
  problem: string | undefined
}

/** Runs the cases that the options name against a target, one after the other, and puts its session back in any case. */
export async function runConformance (options: ConformanceOptions, surroundings: ConformanceSurroundings): Promise<ConformanceResult> {
  const { apiKey } = options
  const masked = (text: string) => text.replaceAll(apiKey, () => maskApiKey(apiKey))
  try {
    const chosen = chooseCases(options.only)
    const outcome = await runCases(chosen, options, { ...surroundings, progress: line => surroundings.progress(masked(line)) })
    const drifted = outcome.verdicts.some(({ mark, drift }) => mark === 'DOC' && drift !== undefined)
    const exitCode = outcome.stopped !== undefined ? 2 : drifted ? 1 : 0
    const report = options.json ? reportJson(outcome, exitCode) : reportText(outcome)
    return { exitCode, report: masked(report), problem: outcome.stopped === undefined ? undefined : masked(outcome.stopped) }
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error
    return { exitCode: 2, report: undefined, problem: masked(error.message) }
  }
}

/** @throws CannotRun for a word that no case has */
function chooseCases (only: readonly string[]): readonly TopicalCase[] {
  const fits = ({ topic, name, mark }: TopicalCase, word: string) =>
    mark === word.toUpperCase() || `${topic}: ${name}`.toLowerCase().includes(word.toLowerCase())
  const idle = only.filter(word => !cases.some(one => fits(one, word)))
  if (idle.length > 0) throw new CannotRun(`No case has ${idle.map(word => JSON.stringify(word)).join(' or ')} in its topic or name.`)
  return only.length === 0 ? cases : cases.filter(one => only.some(word => fits(one, word)))
}

async function runCases (
  chosen: readonly TopicalCase[],
  { baseUrl, apiKey, sessionId }: ConformanceOptions,
  { progress, signal, wait = pass, patience }: ConformanceSurroundings
): Promise<Outcome> {
  const prefix = `conformance_${randomBytes(4).toString('hex')}`
  const target = new Target({ baseUrl, apiKey, wait, patience, signal })
  // its requests are not ended by the signal: an interrupted run puts the session back, too
  const session = new KeptSession({ target: new Target({ baseUrl, apiKey, wait, patience }), sessionId, apiKey, prefix })
  await session.open()
  const verdicts: Verdict[] = []
  let stopped: string | undefined
  let leftovers: readonly string[] = []
  try {
    for (const [index, one] of chosen.entries()) {
      const drift = await runCase(one, target, { own: `${prefix}_${index}`, session_id: encodeURIComponent(sessionId), api_key: apiKey })
      verdicts.push({ ...one, drift })
      progress(`[${index + 1}/${chosen.length}] ${drift === undefined ? 'ok   ' : 'DRIFT'} ${one.topic}: ${one.name}`)
    }
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error
    stopped = `${error.message} ${verdicts.length} of ${chosen.length} cases were run.`
  } finally {
    leftovers = await session.putBack()
  }
  return { baseUrl: target.baseUrl, sessionId, apiKey: maskApiKey(apiKey), verdicts, stopped, leftovers }
}

async function pass (milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal })
}
