import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { maskApiKey } from '../contract/masking.js'
import { type TopicalCase, cases } from './cases.js'
import { maskKey } from './mask-key.js'
import type { ConformanceOptions } from './options.js'
import { type Outcome, reportJson, reportText, type Verdict } from './report.js'
import { runCase } from './run-case.js'
import { SessionBackup } from './session-backup.js'
import { RunError, Target, type TargetOptions } from './target.js'

/** What a run needs from the process that it runs in. */
export interface ConformanceDependencies {
  /** Receives a line after each case. */
  progress: (line: string) => void
  /** Interrupts the run: no further request is sent, except to restore the session. */
  signal: AbortSignal
  /** Waits. Default: a timer. */
  wait?: TargetOptions['wait']
}

/** The result of a run. */
export interface ConformanceResult {
  /** 0: no DOC case drifted. 1: a DOC case drifted. 2: the run could not start or was not completed. */
  exitCode: 0 | 1 | 2
  /** The report as text or JSON; undefined when the run could not start. */
  report: string | undefined
  /** Why the run could not start or was not completed; undefined when it was. */
  problem: string | undefined
}

/** Runs the selected cases against a target, one after the other, and then restores its session, also after a failure. */
export async function runConformance (options: ConformanceOptions, dependencies: ConformanceDependencies): Promise<ConformanceResult> {
  const { apiKey } = options
  const masked = (text: string) => maskKey(text, apiKey)
  try {
    const selected = selectCases(options.only)
    const outcome = await runCases(selected, options, { ...dependencies, progress: line => dependencies.progress(masked(line)) })
    const drifted = outcome.verdicts.some(({ mark, drift }) => mark === 'DOC' && drift !== undefined)
    const exitCode = outcome.stopped !== undefined ? 2 : drifted ? 1 : 0
    const report = options.json ? reportJson(outcome, exitCode) : reportText(outcome)
    return { exitCode, report: masked(report), problem: outcome.stopped === undefined ? undefined : masked(outcome.stopped) }
  } catch (error) {
    return { exitCode: 2, report: undefined, problem: masked(reasonOf(error)) }
  }
}

/** @throws RunError for a text that matches no case */
function selectCases (only: readonly string[]): readonly TopicalCase[] {
  const matches = ({ topic, name, mark }: TopicalCase, text: string) =>
    mark === text.toUpperCase() || `${topic}: ${name}`.toLowerCase().includes(text.toLowerCase())
  const unmatched = only.filter(text => !cases.some(one => matches(one, text)))
  if (unmatched.length > 0) throw new RunError(`No case matches ${unmatched.map(text => JSON.stringify(text)).join(' or ')}.`)
  return only.length === 0 ? cases : cases.filter(one => only.some(text => matches(one, text)))
}

async function runCases (
  selected: readonly TopicalCase[],
  { baseUrl, apiKey, sessionId }: ConformanceOptions,
  { progress, signal, wait = waitFor }: ConformanceDependencies
): Promise<Outcome> {
  const prefix = `conformance_${randomBytes(4).toString('hex')}`
  const target = new Target({ baseUrl, apiKey, wait, signal })
  const backup = await SessionBackup.take(target, { sessionId, apiKey, prefix })
  const verdicts: Verdict[] = []
  let stopped: string | undefined
  let leftovers: readonly string[] = []
  try {
    for (const [index, one] of selected.entries()) {
      const drift = await runCase(one, target, { own: `${prefix}_${index}`, session_id: sessionId, api_key: apiKey })
      verdicts.push({ ...one, drift })
      progress(`[${index + 1}/${selected.length}] ${drift === undefined ? 'ok   ' : 'DRIFT'} ${one.topic}: ${one.name}`)
      // a value that the target should have refused would be in every further response
      if (drift !== undefined) await backup.removeStoredKeys(target)
    }
  } catch (error) {
    stopped = `${reasonOf(error)} ${verdicts.length} of ${selected.length} cases ran.`
  } finally {
    // without the signal: an interrupted run restores the session too
    leftovers = await backup.restore(new Target({ baseUrl, apiKey, wait }))
  }
  return { baseUrl: target.baseUrl, sessionId, apiKey: maskApiKey(apiKey), verdicts, stopped, leftovers }
}

/** Why a run ended, in a sentence. A bug is not rethrown: the exit code would be 1, which means drift. */
function reasonOf (error: unknown): string {
  return error instanceof RunError ? error.message : `The suite failed: ${String(error)}.`
}

async function waitFor (milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal })
}
