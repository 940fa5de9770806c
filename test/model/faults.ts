import type { Fault, FaultEffect, FaultRule } from '../../src/index.js'
import type { Answer } from './call.js'
import { type Body, copy, error } from './documents.js'
import { type Request, routes, sessionIn } from './request.js'

/** Why a request is refused that a fault refuses, for the journal. */
export const INJECTED = 'injected by a fault'

/** What a fault does to a request, if one does; `unknown` is what nobody can read. */
export type Effect = FaultEffect | 'unknown' | null

/** The faults that wait for their requests. */
export class Faults {
  list: Fault[] = []
  /** How many requests pass before each fault takes effect, by its ID. */
  readonly toPass: Record<string, number> = {}

  add (id: string, { match = {}, then, times = 1, skip = 0 }: FaultRule): Fault {
    const fault: Fault = copy({ id, match, then, times, skip, remaining: times })
    this.list.push(fault)
    this.toPass[id] = skip
    return fault
  }

  /** The fault that the request asks for, or else the first that matches and does not let it pass. */
  effectOn (request: Request): Effect {
    const { operation, headers } = request
    const [name, value] = headers['x-mock-fault']?.split('=') ?? []
    if (name === 'status') return { status: Number(value) }
    if (name === 'drop') return { drop: value as 'before' | 'after' }
    if (name === 'delay') return { delay_ms: Number(value) }
    if (name !== undefined) return 'unknown'
    const matched: Body = { method: routes[operation][0], session_id: sessionIn(request), idempotency_key: headers['idempotency-key'], operation }
    for (const fault of this.list.filter(({ match }) => Object.entries(match).every(([name, value]) => matched[name] === value))) {
      const toPass = this.toPass[fault.id] ?? 0
      this.toPass[fault.id] = toPass - 1
      if (toPass > 0) continue
      if (fault.remaining !== null) fault.remaining--
      this.list = this.list.filter(({ remaining }) => remaining !== 0)
      return fault.then
    }
    return null
  }
}

/** The response that a fault asks for. */
export function injected ({ status = 0, error: code, detail }: FaultEffect): Answer {
  if (status === 429) return error(429, 'rate_limited', 'Rate limit exceeded. Retry after 1 seconds.', INJECTED)
  return error(status, code ?? 'internal_error', detail ?? `Injected fault: ${status}.`, INJECTED)
}
