import { StoreAwayError } from '../../src/domain/store-away.js'
import type { Store } from '../../src/domain/store.js'

/** A store that is another one, but for some of its parts. */
export function storeWith (store: Store, parts: Partial<Store>): Store {
  return {
    transact: async (reads, decide) => store.transact(reads, decide),
    list: async collection => store.list(collection),
    snapshot: async () => store.snapshot(),
    count: async collection => store.count(collection),
    evicted: async collection => store.evicted(collection),
    firstDue: async () => store.firstDue(),
    setting: name => store.setting(name),
    machineTime: () => store.machineTime(),
    revisions: async () => store.revisions(),
    isShared: store.isShared,
    lead: async () => store.lead(),
    changed: async () => store.changed(),
    onWake: listener => store.onWake(listener),
    close: () => store.close(),
    ...parts
  }
}

/** What happens to a call of a store that is away: nothing, or everything, and only the reply is lost. */
export type Loss = 'request' | 'reply'

/** The methods of an object, as calls some of which fail because the store is away. */
export function failing<T extends object> (target: T, loses: () => Loss | undefined): T {
  return new Proxy(target, {
    get: (target, name) => async (...args: unknown[]) => {
      const loss = loses()
      if (loss === 'request') throw new StoreAwayError('cut before the request')
      const reply = await (target as Record<string | symbol, (...args: unknown[]) => unknown>)[name]?.(...args)
      if (loss === 'reply') throw new StoreAwayError('cut after the request')
      return reply
    }
  })
}

/** A store some calls of which fail because it is away. */
export function failingStore (store: Store, loses: () => Loss | undefined): Store {
  return {
    ...failing(storeWith(store, {}), loses),
    setting: name => store.setting(name),
    machineTime: () => store.machineTime(),
    isShared: true,
    changed: async () => store.changed(),
    onWake: listener => store.onWake(listener),
    close: () => store.close()
  }
}
