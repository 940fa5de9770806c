import { apply, type Outcome, type Step } from '../apply.js'
import type { Reads } from '../store.js'
import type { World } from '../world.js'

/** Executes a step of a world, with the deliveries of what happened, and waits for their first attempts if its response has to. */
export async function applyAndNotify<R extends Reads> (
  { store, webhooks }: Pick<World, 'store' | 'webhooks'>, step: Omit<Step<R>, 'notify'>
): Promise<Outcome> {
  const outcome = await apply(store, { ...step, notify: webhooks.notify })
  if (outcome.deliveries.length > 0) await webhooks.beforeResponse(outcome)
  return outcome
}
