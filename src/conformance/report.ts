import type { Mark } from './case.js'
import type { TopicalCase } from './cases.js'
import type { Drift } from './run-case.js'

/** A case that ran, and how the target differs from it. */
export type Verdict = Pick<TopicalCase, 'topic' | 'name' | 'mark' | 'says'> & { drift: Drift | undefined }

/** What came out of a run. */
export interface Outcome {
  baseUrl: string
  sessionId: string
  /** Masked. */
  apiKey: string
  verdicts: readonly Verdict[]
  /** Why the run was not completed; undefined when it was. */
  stopped: string | undefined
  /** A sentence for everything that could not be restored. */
  leftovers: readonly string[]
}

const marks: Record<Mark, { title: string, label: string }> = {
  DOC: { title: 'DOC: documented by the vendor', label: 'documented' },
  DECIDED: { title: 'DECIDED: the documentation is silent, and the mock does this', label: 'decided' }
}

/** The report for people. */
export function reportText ({ baseUrl, sessionId, apiKey, verdicts, stopped, leftovers }: Outcome): string {
  const parts = (Object.keys(marks) as Mark[]).map(mark => {
    const { cases, drift } = count(verdicts, mark)
    const lines = verdicts.filter(verdict => verdict.mark === mark).flatMap(describeDrift)
    return [`${marks[mark].title}. ${cases} ${cases === 1 ? 'case' : 'cases'}, ${drift} drifted`, ...lines].join('\n')
  })
  const incomplete = stopped === undefined ? [] : [`Incomplete. ${stopped}`]
  return [`Conformance of ${baseUrl}, session ${sessionId}, key ${apiKey}`, ...incomplete, ...parts, ...leftovers].join('\n\n')
}

function describeDrift ({ topic, name, mark, says, drift }: Verdict): string[] {
  if (drift === undefined) return []
  const line = (label: string, text: string) => `    ${`${label}:`.padEnd(12)}${text}`
  return [
    '',
    `  ${topic}: ${name}`,
    line(marks[mark].label, says),
    line('request', drift.sent),
    line('expected', drift.expected),
    line('seen', drift.seen)
  ]
}

/** The report for programs. The documentation describes its shape. */
export function reportJson ({ baseUrl, sessionId, apiKey, verdicts, stopped, leftovers }: Outcome, exitCode: number): string {
  return JSON.stringify({
    base_url: baseUrl,
    session_id: sessionId,
    api_key: apiKey,
    exit_code: exitCode,
    stopped: stopped ?? null,
    counts: { DOC: count(verdicts, 'DOC'), DECIDED: count(verdicts, 'DECIDED') },
    leftovers,
    cases: verdicts.map(({ topic, name, mark, says, drift }) => ({ topic, name, mark, says, drift: drift ?? null }))
  }, null, 2)
}

function count (verdicts: readonly Verdict[], mark: Mark): { cases: number, drift: number } {
  const marked = verdicts.filter(verdict => verdict.mark === mark)
  return { cases: marked.length, drift: marked.filter(({ drift }) => drift !== undefined).length }
}
