import { changeSetting } from '../settings.js'
import type { Store } from '../store.js'
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

/** The faults of a world that are not used up, in the order in which they are tried. */
export interface FaultsSetting {
  readonly id: 'faults'
  /** The number of the fault that was added last. */
  readonly lastId: number
  readonly rules: readonly ActiveFault[]
}

/** A fault that is not used up. */
interface ActiveFault {
  readonly fault: Fault
  /** How many more matches it lets pass. */
  readonly toSkip: number
}

/** The faults of a world. For each request, or attempt to deliver a webhook, the first matching fault that is not used up takes effect. */
export class Faults {
  readonly #store: Store

  constructor (store: Store) {
    this.#store = store
  }

  async add ({ match = {}, then, times = 1, skip = 0 }: FaultRule): Promise<Fault> {
    const { rules } = await this.#change(({ lastId, rules, ...rest }) => {
      const fault: Fault = { id: `fault_${lastId + 1}`, match, then, times, skip, remaining: times }
      return { ...rest, lastId: lastId + 1, rules: [...rules, { fault, toSkip: skip }] }
    })
    return (rules.at(-1) as ActiveFault).fault
  }

  /** The faults that are not used up, in the order in which they are tried. */
  list (): Fault[] {
    return this.#store.setting('faults').rules.map(({ fault }) => fault)
  }

  get isEmpty (): boolean {
    return this.#store.setting('faults').rules.length === 0
  }

  /** Removes a fault. Returns whether it existed. */
  async remove (id: string): Promise<boolean> {
    let wasThere = false
    await this.#change(before => {
      const rules = before.rules.filter(({ fault }) => fault.id !== id)
      wasThere = rules.length < before.rules.length
      return wasThere ? { ...before, rules } : before
    })
    return wasThere
  }

  async clear (): Promise<void> {
    await this.#change(before => ({ ...before, rules: [] }))
  }

  /** Counts a request, and returns the effect of the fault that applies to it, if any. */
  async takeEffect (request: MatchedRequest): Promise<RequestEffect | undefined> {
    return await this.#take(request, false) as RequestEffect | undefined
  }

  /** The same for an attempt to deliver a webhook. */
  async takeWebhookEffect (delivery: MatchedDelivery): Promise<WebhookEffect | undefined> {
    return this.isEmpty ? undefined : await this.#take(delivery, true) as WebhookEffect | undefined
  }

  async #take (subject: MatchedRequest | MatchedDelivery, ofWebhook: boolean): Promise<Fault['then'] | undefined> {
    let effect: Fault['then'] | undefined
    await this.#change(before => {
      const taken = take(before, subject, ofWebhook)
      effect = taken.effect
      return taken.after
    })
    return effect
  }

  async #change (change: (before: FaultsSetting) => FaultsSetting): Promise<FaultsSetting> {
    return changeSetting(this.#store, 'faults', change)
  }
}

/** Counts a request or an attempt: a matching fault lets it pass, or takes effect and has one time less. */
function take (
  before: FaultsSetting, subject: MatchedRequest | MatchedDelivery, ofWebhook: boolean
): { after: FaultsSetting, effect: Fault['then'] | undefined } {
  const rules: ActiveFault[] = []
  let effect: Fault['then'] | undefined
  let counted = false
  for (const rule of before.rules) {
    const { fault, toSkip } = rule
    if (effect !== undefined || (fault.then.webhook !== undefined) !== ofWebhook || !matches(fault.match, subject)) {
      rules.push(rule)
    } else if (toSkip > 0) {
      counted = true
      rules.push({ fault, toSkip: toSkip - 1 })
    } else {
      effect = fault.then
      if (fault.remaining === null) {
        rules.push(rule)
        continue
      }
      counted = true
      const remaining = fault.remaining - 1
      if (remaining > 0) rules.push({ fault: { ...fault, remaining }, toSkip })
    }
  }
  return { after: counted ? { ...before, rules } : before, effect }
}

function matches (match: FaultMatch, subject: { [name in keyof FaultMatch]?: string | undefined }): boolean {
  return (Object.keys(match) as (keyof FaultMatch)[]).every(name => match[name] === subject[name])
}
