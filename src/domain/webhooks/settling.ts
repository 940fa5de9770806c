import { type ApiError, apiError } from '../../contract/errors.js'
import type { World } from '../world.js'
import type { WaitingDelivery } from './waiting.js'

/** Whether webhooks have settled in time, and the deliveries that wait. */
export interface Settling {
  settled: boolean
  waiting: WaitingDelivery[]
}

/**
 * Waits until nothing is due and nothing is in flight.
 * @param timeout the maximum wait, in milliseconds of real time
 */
export async function settle ({ timeline, webhooks }: Pick<World, 'timeline' | 'webhooks'>, timeout: number): Promise<Settling> {
  let timer: NodeJS.Timeout | undefined
  const settled = await Promise.race([
    timeline.settled().then(() => true),
    new Promise<false>(resolve => {
      timer = setTimeout(() => resolve(false), timeout)
    })
  ])
  clearTimeout(timer)
  return { settled, waiting: await webhooks.waiting() }
}

/** The error of webhooks that did not settle in time. */
export function notSettled (timeout: number, waiting: readonly WaitingDelivery[]): ApiError {
  const words = waiting.length === 0 ? 'no webhook, but something else that is due' : waiting.map(describe).join('; ')
  return apiError('notSettled', { timeout: String(timeout), waiting: words })
}

const states = { sending: 'waits for the response', queued: 'waits for another delivery', held: 'is held' }

function describe ({ id, event, endpoint_id: endpoint, state, next_attempt_at: at }: WaitingDelivery): string {
  return `${id} (${event} to ${endpoint}) ${state === 'scheduled' ? `is sent at ${String(at)}` : states[state]}`
}
