import { type Answer, short } from './answer.js'
import type { Case, Step } from './case.js'
import { hideKey } from './hidden-key.js'
import { fillPlaceholders, type Words } from './placeholders.js'
import { NoAnswer, type SentRequest, type Target, usualHeaders } from './target.js'

/** Something that is not as expected. */
export interface Drift {
  /** The step of the case, the first is 1. */
  step: number
  /** The request, in short. */
  sent: string
  expected: string
  seen: string
}

/** Sends the requests of a case, one after the other, up to the first answer that is not as expected; undefined when all are. */
export async function runCase ({ steps }: Case, target: Target, words: Words): Promise<Drift | undefined> {
  const fill = <T>(value: T): T => fillPlaceholders(value, words)
  const answered: Answer[] = []
  const earlier = (step: number) => answered[step - 1] as Answer
  for (const [index, step] of steps.entries()) {
    const { times = 1, pause, expect = [] } = step
    if (pause !== undefined) await target.pause(pause)
    const request = requestOf(step, fill)
    const sent = tellRequest(step, request, words)
    try {
      const answers = await sendAll(target, request, times)
      const answer = answers[0] as Answer
      answered.push(answer)
      for (const { expected, look } of expect) {
        const seen = look({ answer, answers, earlier, fill })
        if (seen !== undefined) return { step: index + 1, sent, expected: fill(expected), seen }
      }
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
      return { step: index + 1, sent, expected: 'an answer', seen: `none: ${error.message}` }
    }
  }
  return undefined
}

/** Sends a request so many times at the same time. None of them is under way any more when it ends, also when it fails. */
async function sendAll (target: Target, request: SentRequest, times: number): Promise<Answer[]> {
  const settled = await Promise.allSettled(Array.from({ length: times }, async () => target.send(request)))
  const failures: unknown[] = settled.filter(one => one.status === 'rejected').map(({ reason }) => reason as unknown)
  // those at the same time are not in a row: whether the target is gone the next request shows
  if (failures.length > 0) throw failures.find(failure => failure instanceof NoAnswer) ?? failures[0]
  return settled.filter(one => one.status === 'fulfilled').map(({ value }) => value)
}

/** A request in a line: what is its own, and no header that all have. */
function tellRequest ({ headers }: Step, { method, path, body }: SentRequest, words: Words): string {
  const parts = [method, path, headers === undefined ? [] : JSON.stringify(fillPlaceholders(headers, words)), body ?? []]
  return short(hideKey(parts.flat().join(' '), words.api_key))
}

function requestOf ({ method = 'PATCH', path = '/sessions/{session_id}', headers = {}, body, text, chunked = false }: Step, fill: <T>(value: T) => T): SentRequest {
  const all: Record<string, string | null> = { ...usualHeaders('{api_key}'), ...headers }
  return {
    method,
    path: fill(path),
    headers: fill(Object.fromEntries(Object.entries(all).filter((header): header is [string, string] => header[1] !== null))),
    body: text === undefined ? JSON.stringify(fill(body)) : fill(text),
    chunked
  }
}
