import type { Decision, Result } from './decision.js'
import type { Event } from './events.js'
import { type Claim, isExpired, recordId, recordOf, replay } from './idempotency/record.js'
import type { Changes, Found, Reads, Store } from './store.js'
import type { DeliveryDocument } from './webhooks/delivery.js'
import { type Notify, withDeliveries } from './webhooks/notify.js'

/** An operation as a step: what it reads, what it decides, and the idempotency key of the request. */
export interface Step<R extends Reads> {
  /** The idempotency key with the request's parameters; `undefined` without a key. */
  claim: Claim | undefined
  reads: R
  /** A pure function of the documents and the time, in milliseconds since 1970. If it throws, the step is refused. */
  decide: (found: Found<R>, now: number) => Decision
  /** Creates the webhook deliveries of the events; `undefined` if the operation has no events that are sent. */
  notify?: Notify | undefined
}

/** The outcome of a step. */
export interface Outcome {
  result: Result
  /** Whether the result is that of an earlier request with the same idempotency key. */
  replayed: boolean
  events: readonly Event[]
  /** The webhook deliveries that the step created. */
  deliveries: readonly DeliveryDocument[]
}

const none: readonly DeliveryDocument[] = []

/**
 * Executes an operation once: looks up the idempotency key, replays or decides, and writes documents and record together or
 * not at all. Equal requests at the same time become steps one after the other: the first is executed, and the others are replayed.
 * @throws ApiError whatever `decide` throws, and 422 if the key was used with other parameters
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
      // the record of a key that is used again moves to the end of the collection
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
