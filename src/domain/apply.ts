import type { Decision, Result } from './decision.js'
import type { Event } from './events.js'
import { type Claim, isExpired, recordId, recordOf, replay } from './idempotency/record.js'
import type { Changes, Found, Reads, Store } from './store.js'
import type { DeliveryDocument } from './webhooks/delivery.js'
import { type Notify, withDeliveries } from './webhooks/notify.js'

/** One operation, as a step: what it reads, what it decides, and the idempotency key that it was sent with. */
export interface Step<R extends Reads> {
  /** The idempotency key and the parameters; `undefined` for a request without a key. */
  claim: Claim | undefined
  reads: R
  /** A pure function of what was read and of the time, in milliseconds since 1970. What it throws refuses the step. */
  decide: (found: Found<R>, now: number) => Decision
  /** Makes the deliveries of what happened; left out when nothing can happen that is sent. */
  notify?: Notify | undefined
}

/** What came of a step. */
export interface Outcome {
  result: Result
  /** Whether the result is that of an earlier request under the same idempotency key. */
  replayed: boolean
  events: readonly Event[]
  /** The webhook deliveries that the step made. */
  deliveries: readonly DeliveryDocument[]
}

const none: readonly DeliveryDocument[] = []

/**
 * Executes an operation once: looks up the idempotency key, replays or decides, and writes documents and record together or
 * not at all. Equal requests at the same time are steps one after the other: the first is executed, the others are replayed.
 * @throws ApiError whatever `decide` throws, and 422 when the key was used with other parameters
 */
export function apply<R extends Reads> (store: Store, step: Step<R>): Promise<Outcome> {
  const { claim, decide, notify } = step
  // Object.assign, here and below: Node.js 20 takes ten times as long for `{ ...reads, … }` (bench/README.md)
  const reads = notify === undefined ? step.reads : Object.assign({}, step.reads, { endpoints: 'all' as const })
  const run = (found: Found, now: number): Required<Changes> & Outcome => {
    const decision = decide(found, now)
    if (notify === undefined || decision.events.length === 0) return execute(decision, none)
    const deliveries = notify(decision, (found as Found<{ endpoints: 'all' }>).endpoints, now)
    return execute(withDeliveries(decision, deliveries), deliveries)
  }
  if (claim === undefined) return store.transact(reads, run)
  const id = recordId(claim)
  return store.transact(Object.assign({}, reads, { idempotency: [id] }), (found, now): Changes & Outcome => {
    const [record] = (found as Found<{ idempotency: string[] }>).idempotency
    if (record !== undefined && !isExpired(record, now)) {
      const replayed = replay(record, claim)
      return { puts: { idempotency: [replayed] }, result: replayed.result, replayed: true, events: [], deliveries: none }
    }
    const { puts, deletes, events, deliveries, result } = run(found, now)
    return {
      puts: Object.assign({}, puts, { idempotency: [recordOf(claim, result, now)] }),
      // the record of a key that is used again comes last in the order
      deletes: record === undefined ? deletes : Object.assign({}, deletes, { idempotency: [id] }),
      events,
      deliveries,
      result,
      replayed: false
    }
  })
}

function execute (
  { puts = {}, deletes = {}, events, response }: Decision, deliveries: readonly DeliveryDocument[]
): Required<Changes> & Outcome {
  return { puts, deletes, events, deliveries, result: response, replayed: false }
}
