import type { Clock } from './clock.js'
import type { Faults } from './faults/faults.js'
import type { Journal } from './journal/journal.js'
import type { RateLimits } from './rate-limits.js'
import type { Store } from './store.js'
import type { Timeline } from './timeline.js'
import type { Webhooks } from './webhooks/webhooks.js'

/**
 * The state of a workspace from one reset to the next. A request belongs to the world in which it arrived: if the workspace is reset while
 * the request is delayed, the request is executed in the old world, and does not change the new one.
 */
export interface World {
  /** The number of the world, which no other world of the workspace has. */
  readonly generation: number
  readonly clock: Clock
  readonly store: Store
  readonly timeline: Timeline
  readonly faults: Faults
  readonly journal: Journal
  readonly rateLimits: RateLimits
  readonly webhooks: Webhooks
}
