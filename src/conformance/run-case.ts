import type { Case, Mismatch, Step } from './case.js'
import { maskKey } from './mask-key.js'
import { fillPath, fillPlaceholders, type Values } from './placeholders.js'
import { describe, fieldAt, type Received, shorten } from './received.js'
import { NoResponse, type SentRequest, usualHeaders } from './send-request.js'
import type { Target } from './target.js'

/** How a target differs from a case. */
export interface Drift extends Mismatch {
  /** The step of the case; the first is 1. 0: a shared session could not be prepared. */
  step: number
  /** The request in one line. */
  sent: string
}

/** Runs the steps of a case up to the first response that is not as expected. Returns undefined when all are as expected. */
export async function runCase ({ steps }: Case, target: Target, given: Values): Promise<Drift | undefined> {
  return (await runSteps(steps, target, given)).drift
}

/** Runs steps up to the first response that is not as expected. Returns what drifted, and the values with those that were saved. */
export async function runSteps (
  steps: readonly Step[], target: Target, given: Values
): Promise<{ drift?: Drift, values: Values }> {
  let values = given
  const received: Received[] = []
  for (const [index, step] of steps.entries()) {
    if (step.pause !== undefined) await target.pause(step.pause)
    const request = requestOf(step, values)
    const drifted = (mismatch: Mismatch) => ({
      drift: { step: index + 1, sent: describeRequest(step, request, values), ...mismatch },
      values
    })
    let responses: Received[]
    try {
      responses = await sendCopies(target, request, step.times ?? 1)
    } catch (error) {
      if (!(error instanceof NoResponse)) throw error
      return drifted({ expected: 'a response', seen: `none: ${error.message}` })
    }
    const response = responses[0] as Received
    const mismatch = check(step, responses, received, values) ?? missingField(step, response)
    if (mismatch !== undefined) return drifted(mismatch)
    received.push(response)
    values = { ...values, ...savedFrom(response, step) }
  }
  return { values }
}

/** Sends copies of a request at the same time. When it returns or throws, none of them is in flight. */
async function sendCopies (target: Target, request: SentRequest, copies: number): Promise<Received[]> {
  const settled = await Promise.allSettled(Array.from({ length: copies }, async () => target.send(request)))
  const failures: unknown[] = settled.filter(one => one.status === 'rejected').map(({ reason }) => reason as unknown)
  // concurrent failures are not failures in a row: the next request shows whether the target is gone
  if (failures.length > 0) throw failures.find(failure => failure instanceof NoResponse) ?? failures[0]
  return settled.filter(one => one.status === 'fulfilled').map(({ value }) => value)
}

function check (
  { expect = [] }: Step, responses: readonly Received[], received: readonly Received[], values: Values
): Mismatch | undefined {
  const context = {
    response: responses[0] as Received,
    responses,
    earlier: (step: number) => received[step - 1] as Received,
    fill: <T>(value: T) => fillPlaceholders(value, values)
  }
  for (const expectation of expect) {
    const mismatch = expectation(context)
    if (mismatch !== undefined) return mismatch
  }
  return undefined
}

function missingField ({ save = {} }: Step, response: Received): Mismatch | undefined {
  const path = Object.values(save).find(path => fieldAt(response.json, path) === undefined)
  return path === undefined ? undefined : { expected: `a field ${path}, which a later step needs`, seen: describe(response) }
}

function savedFrom (response: Received, { save = {} }: Step): Record<string, unknown> {
  return Object.fromEntries(Object.entries(save).map(([name, path]) => [name, fieldAt(response.json, path)]))
}

/** Describes a request in one line, without the headers that every request has. */
function describeRequest ({ headers }: Step, { method, path, body }: SentRequest, values: Values): string {
  const parts = [method, path, headers === undefined ? [] : JSON.stringify(fillPlaceholders(headers, values)), body ?? []]
  return shorten(maskKey(parts.flat().join(' '), values.api_key))
}

function requestOf ({ method, path, headers = {}, body, text, chunked = false }: Step, values: Values): SentRequest {
  const hasBody = body !== undefined || text !== undefined
  const all = { ...usualHeaders('{api_key}', hasBody), ...headers }
  const present = Object.entries(all).filter((header): header is [string, string | readonly string[]] => header[1] !== null)
  return {
    method,
    path: fillPath(path, values),
    headers: fillPlaceholders(Object.fromEntries(present), values),
    body: text === undefined ? JSON.stringify(fillPlaceholders(body, values)) : fillPlaceholders(text, values),
    chunked
  }
}
