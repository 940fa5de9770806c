import { createHook } from 'node:async_hooks'

/** Holds what `keepTickObject` keeps. */
const kept: object[] = []

/**
 * Keeps one of the objects that Node.js creates for `process.nextTick`, several for each request. V8 learns the shape of these
 * objects once. It forgets the shape if it collects the old generation while no such object exists, and from then on creates them
 * slowly. A mock that has served some ten thousand requests would lose 7 % of its speed (bench/README.md).
 */
export function keepTickObject (): void {
  const hook = createHook({
    init (_id, type, _triggerId, resource) {
      if (type === 'TickObject') kept.push(resource)
    }
  })
  hook.enable()
  process.nextTick(() => undefined)
  hook.disable()
}
