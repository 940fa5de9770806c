import type { Changes, Collection, StoreRevisions } from '../domain/store.js'

/** The revision that grows when documents of a collection change; `undefined` for none. See `StoreRevisions`. */
export function revisionOf (collection: Collection): keyof StoreRevisions | undefined {
  if (collection === 'settings') return 'settings'
  return collection === 'moves' || collection === 'rates' ? undefined : 'documents'
}

/**
 * Whether a step calls the listeners of `Store.onWake`.
 * @param changed the collections that the step has changed
 * @param settings the settings that it has put
 */
export function isWaking (changed: readonly Collection[], settings: NonNullable<Changes['puts']>['settings']): boolean {
  return changed.includes('due') || changed.includes('moves') || settings?.some(({ id }) => id === 'clock') === true
}
