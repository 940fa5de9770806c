import { setTimeout } from 'node:timers/promises'
import type { Mark } from './case.js'
import { cases, needsSandbox, type TopicalCase } from './cases.js'
import { maskKey } from './mask-key.js'
import type { ConformanceOptions } from './options.js'
import { reportJson, reportText } from './report.js'
import { reasonOf, runCases, type RunDependencies } from './run-cases.js'
import { RunError } from './target.js'

/** What a run needs from the process that it runs in; without `wait` it waits with a timer. */
export type ConformanceDependencies = Omit<RunDependencies, 'wait'> & Partial<RunDependencies>

/** The result of a run. */
export interface ConformanceResult {
  /** 0: no DOC case drifted. 1: a DOC case drifted. 2: the run could not start or was not completed. */
  exitCode: 0 | 1 | 2
  /** The report as text or JSON; undefined when the run could not start. */
  report: string | undefined
  /** Why the run could not start or was not completed; undefined when it was. */
  problem: string | undefined
}

/** Runs the selected cases against a target and reports what drifted. */
export async function runConformance (
  options: ConformanceOptions, { progress, signal, wait = waitFor }: ConformanceDependencies
): Promise<ConformanceResult> {
  const { apiKey } = options
  const masked = (text: string) => maskKey(text, apiKey)
  try {
    const outcome = await runCases(selectCases(options), options, { progress: line => progress(masked(line)), signal, wait })
    const drifted = outcome.verdicts.some(({ mark, drift }) => mark === 'DOC' && drift !== undefined)
    const exitCode = outcome.stopped !== undefined ? 2 : drifted ? 1 : 0
    const report = options.json ? reportJson(outcome, exitCode) : reportText(outcome)
    return { exitCode, report: masked(report), problem: outcome.stopped === undefined ? undefined : masked(outcome.stopped) }
  } catch (error) {
    return { exitCode: 2, report: undefined, problem: masked(reasonOf(error)) }
  }
}

/**
 * The cases that the options select.
 * @throws RunError for a text that matches no case
 */
function selectCases ({ only, apiKey }: ConformanceOptions): readonly TopicalCase[] {
  const isLive = apiKey.startsWith('vk_live_')
  const available = isLive ? cases.filter(one => !needsSandbox(one)) : cases
  const matches = ({ topic, name, mark }: TopicalCase, text: string) => isMark(text)
    ? mark === text.toUpperCase()
    : `${topic}: ${name}`.toLowerCase().includes(text.toLowerCase())
  const unmatched = only.filter(text => !available.some(one => matches(one, text)))
  if (unmatched.length > 0) {
    throw new RunError(`No case${isLive ? ' for a live key' : ''} matches ${unmatched.map(text => JSON.stringify(text)).join(' or ')}.`)
  }
  return only.length === 0 ? available : available.filter(one => only.some(text => matches(one, text)))
}

function isMark (text: string): boolean {
  return (['DOC', 'DECIDED'] satisfies Mark[] as string[]).includes(text.toUpperCase())
}

async function waitFor (milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal })
}
