import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { maskApiKey } from '../contract/masking.js'
import { type TopicalCase, cases } from './cases.js'
import { hideKey } from './hidden-key.js'
import { KeptSession } from './kept-session.js'
import type { ConformanceOptions } from './options.js'
import { type Outcome, reportJson, reportText, type Verdict } from './report.js'
import { runCase } from './run-case.js'
import { CannotRun, Target, type TargetOptions } from './target.js'

export interface ConformanceSurroundings {
  /** Takes the lines that tell how far the run is. */
  progress: (line: string) => void
  /** Ends the run early: the request that is under way is the last, and the session is put back. */
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
  const masked = (text: string) => hideKey(text, apiKey)
  try {
    const chosen = chooseCases(options.only)
    const outcome = await runCases(chosen, options, { ...surroundings, progress: line => surroundings.progress(masked(line)) })
    const drifted = outcome.verdicts.some(({ mark, drift }) => mark === 'DOC' && drift !== undefined)
    const exitCode = outcome.stopped !== undefined ? 2 : drifted ? 1 : 0
    const report = options.json ? reportJson(outcome, exitCode) : reportText(outcome)
    return { exitCode, report: masked(report), problem: outcome.stopped === undefined ? undefined : masked(outcome.stopped) }
  } catch (error) {
    return { exitCode: 2, report: undefined, problem: masked(reasonOf(error)) }
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
  const session = new KeptSession({ sessionId, apiKey, prefix })
  await session.open(target)
  const verdicts: Verdict[] = []
  let stopped: string | undefined
  let leftovers: readonly string[] = []
  try {
    for (const [index, one] of chosen.entries()) {
      const drift = await runCase(one, target, { own: `${prefix}_${index}`, session_id: encodeURIComponent(sessionId), api_key: apiKey })
      verdicts.push({ ...one, drift })
      progress(`[${index + 1}/${chosen.length}] ${drift === undefined ? 'ok   ' : 'DRIFT'} ${one.topic}: ${one.name}`)
      // a target that took what it was to refuse has it in every further answer
      if (drift !== undefined) await session.removeKeys(target)
    }
  } catch (error) {
    stopped = `${reasonOf(error)} ${verdicts.length} of ${chosen.length} cases were run.`
  } finally {
    // by a target that no signal ends: an interrupted run puts the session back, too
    leftovers = await session.putBack(new Target({ baseUrl, apiKey, wait, patience }))
  }
  return { baseUrl: target.baseUrl, sessionId, apiKey: maskApiKey(apiKey), verdicts, stopped, leftovers }
}

/** Why a run ended, in a sentence. A defect is not thrown on: an exit code of 1 would say that the target drifts. */
function reasonOf (error: unknown): string {
  return error instanceof CannotRun ? error.message : `A defect of the suite ended it: ${String(error)}.`
}

async function pass (milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal })
}
