import { createHook } from 'node:async_hooks'

/** Holds what `keepTickObject` keeps. */
const kept: object[] = []

/**
 * Keeps one of the objects that Node.js makes for `process.nextTick`, of which every request takes several. V8 learns the shape of these
 * objects once. It forgets the shape when it collects the old generation while there is no such object, and from then on creates them
 * slowly, which costs a mock that has answered some ten thousand requests 7 % of its speed (bench/README.md).
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
