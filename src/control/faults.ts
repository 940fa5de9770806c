import type { Fault, FaultEffect, FaultMatch, FaultRule } from './fault-rules.js'

/** What of a request a fault can match. */
export interface Subject {
  method: string
  session_id: string | undefined
  idempotency_key: string | undefined
  operation: string | undefined
}

/** The faults of a workspace. The first that matches a request and is not used up befalls it, and no other. */
export class Faults {
  #lastId = 0
  #faults: { fault: Fault, toSkip: number }[] = []

  add ({ match = {}, then, times = 1, skip = 0 }: FaultRule): Fault {
    const fault: Fault = { id: `fault_${++this.#lastId}`, match, then, times, skip, remaining: times }
    this.#faults.push({ fault, toSkip: skip })
    return { ...fault }
  }

  /** The faults that are not used up, in the order in which they are tried. */
  list (): Fault[] {
    return this.#faults.map(({ fault }) => fault)
  }

  get none (): boolean {
    return this.#faults.length === 0
  }

  /** Removes one; says whether it was there. */
  remove (id: string): boolean {
    const { length } = this.#faults
    this.#faults = this.#faults.filter(({ fault }) => fault.id !== id)
    return this.#faults.length < length
  }

  clear (): void {
    this.#faults = []
  }

  /** The effect of the fault that befalls a request, if one does; each call counts as one request. */
  strike (subject: Subject): FaultEffect | undefined {
    for (const rule of this.#faults) {
      const { fault } = rule
      if (!matches(fault.match, subject)) continue
      if (rule.toSkip > 0) {
        rule.toSkip--
        continue
      }
      if (fault.remaining !== null && --fault.remaining === 0) this.remove(fault.id)
      return fault.then
    }
    return undefined
  }
}

function matches (match: FaultMatch, subject: Subject): boolean {
  return (Object.keys(match) as (keyof FaultMatch)[]).every(name => match[name] === subject[name])
}
