import type { Mark } from './case.js'
import type { TopicalCase } from './cases.js'
import type { Drift } from './run-case.js'

/** A case, and what was not as expected in it. */
export type Verdict = Pick<TopicalCase, 'topic' | 'name' | 'mark' | 'says'> & { drift: Drift | undefined }

/** What a run came to. */
export interface Outcome {
  baseUrl: string
  sessionId: string
  /** Masked. */
  apiKey: string
  verdicts: readonly Verdict[]
  /** Why the run did not come to its end, if it did not. */
  stopped: string | undefined
  /** A sentence for everything that could not be put back. */
  leftovers: readonly string[]
}

const marks: Record<Mark, { says: string, title: string }> = {
  DOC: { says: 'the page', title: 'DOC: what the vendor documents' },
  DECIDED: { says: 'decided', title: 'DECIDED: what the mock does where the vendor documents nothing' }
}

/** The report for people. */
export function reportText ({ baseUrl, sessionId, apiKey, verdicts, stopped, leftovers }: Outcome): string {
  const parts = (Object.keys(marks) as Mark[]).map(mark => {
    const { cases, drift } = count(verdicts, mark)
    const lines = verdicts.filter(verdict => verdict.mark === mark).flatMap(describe)
    return [`${marks[mark].title}. ${cases} cases, ${drift} drift`, ...lines].join('\n')
  })
  const incomplete = stopped === undefined ? [] : [`Not run to its end. ${stopped}`]
  return [`Conformance of ${baseUrl}, session ${sessionId}, key ${apiKey}`, ...incomplete, ...parts, ...leftovers].join('\n\n')
}

function describe ({ topic, name, mark, says, drift }: Verdict): string[] {
  if (drift === undefined) return []
  return [
    '',
    `  ${topic}: ${name}`,
    `    ${`${marks[mark].says}:`.padEnd(10)} ${says}`,
    `    request:   ${drift.sent}`,
    `    expected:  ${drift.expected}`,
    `    seen:      ${drift.seen}`
  ]
}

/** The report for programs; its shape stands in the README. */
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
