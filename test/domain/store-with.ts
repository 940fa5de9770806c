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

/** A store some calls of which fail because it is away. */
export function failingStore (store: Store, loses: () => Loss | undefined): Store {
  const call = async <T>(action: () => Promise<T>): Promise<T> => {
    const loss = loses()
    if (loss === 'request') throw new StoreAwayError('cut before the request')
    const reply = await action()
    if (loss === 'reply') throw new StoreAwayError('cut after the request')
    return reply
  }
  return storeWith(store, {
    isShared: true,
    transact: async (reads, decide) => call(async () => store.transact(reads, decide)),
    list: async collection => call(async () => store.list(collection)),
    count: async collection => call(async () => store.count(collection)),
    firstDue: async () => call(async () => store.firstDue()),
    lead: async () => call(async () => store.lead())
  })
}
