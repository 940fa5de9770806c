import { randomBytes } from 'node:crypto'
import { maskApiKey } from '../contract/masking.js'
import type { TopicalCase } from './cases.js'
import { CreatedSessions } from './created-sessions.js'
import type { ConformanceOptions } from './options.js'
import type { Outcome, Verdict } from './report.js'
import { type Drift, runCase } from './run-case.js'
import { SessionBackup } from './session-backup.js'
import { SharedSessions } from './shared-sessions.js'
import { RunError, Target, type TargetOptions } from './target.js'

/** What a run needs from the process that it runs in. */
export interface RunDependencies {
  /** Receives a line after each case. */
  progress: (line: string) => void
  /** Interrupts the run: no further request is sent, except to clean up. */
  signal: AbortSignal
  wait: TargetOptions['wait']
}

/**
 * Runs cases one after the other. Then it restores the session that the user named and redacts those that it created, also after a failure.
 * @throws RunError when the run cannot start
 */
export async function runCases (
  selected: readonly TopicalCase[],
  { baseUrl, apiKey, sessionId: given, webhookUrl }: ConformanceOptions,
  { progress, signal, wait }: RunDependencies
): Promise<Outcome> {
  const prefix = `conformance_${randomBytes(4).toString('hex')}`
  const created = new CreatedSessions(apiKey)
  const target = new Target({ baseUrl, apiKey, wait, signal, onResponse: created.note })
  // without the signal: an interrupted run cleans up too
  const cleaningTarget = new Target({ baseUrl, apiKey, wait })
  const leftovers: string[] = []
  const verdicts: Verdict[] = []
  let stopped: string | undefined
  try {
    const sessionId = given ?? await created.create(target, { external_ref: `${prefix}_session` })
    const backup = await SessionBackup.take(target, { sessionId, apiKey, prefix })
    const shared = new SharedSessions(target, { own: prefix, session_id: sessionId, api_key: apiKey, webhook_url: webhookUrl })
    try {
      for (const [index, one] of selected.entries()) {
        const drift = await runOne(one, target, shared, `${prefix}_${index}`)
        verdicts.push({ ...one, drift })
        progress(`[${index + 1}/${selected.length}] ${drift === undefined ? 'ok   ' : 'DRIFT'} ${one.topic}: ${one.name}`)
        // a value that the target should have refused would be in every further response
        if (drift !== undefined) await backup.removeStoredKeys(target)
      }
    } catch (error) {
      stopped = `${reasonOf(error)} ${verdicts.length} of ${selected.length} cases ran.`
    }
    if (given !== undefined) leftovers.push(...await backup.restore(cleaningTarget))
    return { baseUrl: target.baseUrl, sessionId, apiKey: maskApiKey(apiKey), verdicts, stopped, leftovers }
  } finally {
    leftovers.push(...await created.redact(cleaningTarget))
  }
}

async function runOne (one: TopicalCase, target: Target, shared: SharedSessions, own: string): Promise<Drift | undefined> {
  const { sessions = [] } = one
  const prepared = await shared.prepare(sessions)
  const drift = prepared.drift ?? await runCase(one, target, { ...prepared.values, own })
  // the target may have changed a session that it should have left alone
  if (drift !== undefined) shared.forget(sessions)
  return drift
}

/** Why a run ended, in a sentence. A bug is not rethrown: the exit code would be 1, which means drift. */
export function reasonOf (error: unknown): string {
  return error instanceof RunError ? error.message : `The suite failed: ${String(error)}.`
}
