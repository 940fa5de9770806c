import { apply, type Outcome, type Step } from './apply.js'
import type { Decision } from './decision.js'
import { recordId } from './idempotency/record.js'
import type { Found, Reads, Store } from './store.js'

/** A step with an effect outside of the store before it decides. */
export interface EffectStep<R extends Reads, E> extends Omit<Step<R>, 'decide'> {
  /** Has the effect. If it throws, the step is refused. */
  effect: (found: Found<R>) => Promise<E>
  decide: (found: Found<R>, effect: E, now: number) => Decision
}

/** The requests with an idempotency key that are being executed. */
const running = new WeakMap<Store, Map<string, Promise<unknown>>>()

/**
 * Executes an operation that has an effect outside of the store. Replays do not have the effect. If equal requests arrive at the same time,
 * only the first one has it.
 * @throws ApiError as `apply` does, and whatever `effect` throws
 */
export function applyEffect<R extends Reads, E> (store: Store, step: EffectStep<R, E>): Promise<Outcome> {
  if (step.claim === undefined) return execute(store, step)
  const id = recordId(step.claim)
  let ofStore = running.get(store)
  if (ofStore === undefined) running.set(store, ofStore = new Map<string, Promise<unknown>>())
  const keys = ofStore
  const before = keys.get(id) ?? Promise.resolve()
  const outcome = before.then(() => execute(store, step))
  const ended = outcome.then(() => undefined, () => undefined).then(() => {
    if (keys.get(id) === ended) keys.delete(id)
  })
  keys.set(id, ended)
  return outcome
}

/** Ends a step that would decide, and carries the documents that it has found. */
class Undecided<R extends Reads> extends Error {
  constructor (readonly found: Found<R>) {
    super('the effect comes first')
  }
}

function leave<R extends Reads> (found: Found<R>): never {
  throw new Undecided(found)
}

async function execute<R extends Reads, E> (store: Store, { effect, decide, ...step }: EffectStep<R, E>): Promise<Outcome> {
  let found: Found<R>
  try {
    // a replay and a mismatch end here
    return await apply(store, { ...step, decide: leave })
  } catch (error) {
    if (!(error instanceof Undecided)) throw error
    found = (error as Undecided<R>).found
  }
  const done = await effect(found)
  return apply(store, { ...step, decide: (foundNow, now) => decide(foundNow, done, now) })
}
