import type { Found } from '../store.js'
import type { DueHandler } from '../due-item.js'
import { type Notify, withDeliveries } from './notify.js'

/** A handler of due items whose events become deliveries in the same step. Without events that are sent, it is the handler itself. */
export function notifying (handler: DueHandler, notify: Notify): DueHandler {
  if (handler.events === undefined) return handler
  return {
    ...handler,
    reads: item => ({ ...handler.reads(item), endpoints: 'all' }),
    decide: (item, found) => {
      const { events = [], ...changes } = handler.decide(item, found)
      const decision = { ...changes, events }
      return withDeliveries(decision, notify(decision, (found as Found<{ endpoints: 'all' }>).endpoints, item.at))
    }
  }
}
