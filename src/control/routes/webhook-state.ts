import { Type } from '@sinclair/typebox'
import { schemaOf } from '../../contract/schema.js'
import type { WebhookTiming } from '../../domain/webhooks/webhooks.js'
import type { World } from '../../domain/world.js'

/** How the webhooks of a workspace are sent. */
export interface WebhookState {
  /** Whether webhooks are held: they are not sent until you deliver or release them. */
  held: boolean
  /** When webhooks are sent. */
  timing: WebhookTiming
  /** How many deliveries were dropped because they exceeded `maxDeliveries` or `maxDeliveryBytes`. */
  dropped: number
}

const MAX_DELAY = 600_000

export const Timing = Type.Unsafe<WebhookTiming>({
  type: ['integer', 'string'],
  description: '`before` or `after` the response to the request that causes them, or so many milliseconds later: 0 to 600,000'
})

export const WebhookState = schemaOf<WebhookState>()(Type.Object({
  held: Type.Boolean({ description: 'Whether nothing is sent until somebody delivers or releases it' }),
  timing: Timing,
  dropped: Type.Integer({ description: 'How many deliveries were dropped because there were too many, or too large ones' })
}, { $id: 'WebhookState', description: 'How webhooks are sent' }))

export async function webhookStateOf ({ webhooks }: World): Promise<WebhookState> {
  return { held: webhooks.held, timing: webhooks.timing, dropped: await webhooks.dropped() }
}

/** Whether a whole number or a text is a timing of webhooks. */
export function isTiming (timing: number | string): timing is WebhookTiming {
  return timing === 'before' || timing === 'after' || (typeof timing === 'number' && timing >= 0 && timing <= MAX_DELAY)
}
