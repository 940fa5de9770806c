import type { Fault, FaultMatch, FaultRule, RequestEffect, WebhookEffect } from './rules.js'

/** The parts of a request that a fault can match. */
export interface MatchedRequest {
  method: string
  session_id: string | undefined
  idempotency_key: string | undefined
  operation: string | undefined
}

/** The parts of a webhook delivery that a fault can match. */
export interface MatchedDelivery {
  event: string
  endpoint_id: string
  session_id: string | undefined
}

/**
 * The faults of a world. Of those that match a request, or an attempt to deliver a webhook, the first that is not used up takes effect.
 */
export class Faults {
  /** Grows with each change: also when a fault has less left. */
  revision = 0
  #lastId = 0
  #faults: { fault: Fault, toSkip: number }[] = []

  add ({ match = {}, then, times = 1, skip = 0 }: FaultRule): Fault {
    this.revision++
    const fault: Fault = { id: `fault_${++this.#lastId}`, match, then, times, skip, remaining: times }
    this.#faults.push({ fault, toSkip: skip })
    return { ...fault }
  }

  /** The faults that are not used up, in the order in which they are tried. */
  list (): Fault[] {
    return this.#faults.map(({ fault }) => fault)
  }

  get isEmpty (): boolean {
    return this.#faults.length === 0
  }

  /** Removes a fault. Returns whether it was there. */
  remove (id: string): boolean {
    this.revision++
    const { length } = this.#faults
    this.#faults = this.#faults.filter(({ fault }) => fault.id !== id)
    return this.#faults.length < length
  }

  clear (): void {
    this.revision++
    this.#faults = []
  }

  /** Counts a request, and returns the effect of the fault that takes effect on it, if one does. */
  takeEffect (request: MatchedRequest): RequestEffect | undefined {
    return this.#take(request, false) as RequestEffect | undefined
  }

  /** The same for an attempt to deliver a webhook. */
  takeWebhookEffect (delivery: MatchedDelivery): WebhookEffect | undefined {
    return this.#take(delivery, true) as WebhookEffect | undefined
  }

  #take (subject: MatchedRequest | MatchedDelivery, ofWebhook: boolean): Fault['then'] | undefined {
    for (const rule of this.#faults) {
      const { fault } = rule
      if ((fault.then.webhook !== undefined) !== ofWebhook || !matches(fault.match, subject)) continue
      if (rule.toSkip > 0) {
        rule.toSkip--
        continue
      }
      if (fault.remaining !== null) {
        this.revision++
        if (--fault.remaining === 0) this.remove(fault.id)
      }
      return fault.then
    }
    return undefined
  }
}

function matches (match: FaultMatch, subject: { [name in keyof FaultMatch]?: string | undefined }): boolean {
  return (Object.keys(match) as (keyof FaultMatch)[]).every(name => match[name] === subject[name])
}
