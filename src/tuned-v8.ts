import { createHook } from 'node:async_hooks'
import { setFlagsFromString } from 'node:v8'

/**
 * Makes V8 do for a mock what it does not find out by itself. For a process of our own only: in a test's process others
 * have a say. Both were found with `perf` and `--trace-gc-nvp` in servers that had answered some ten thousand requests.
 */
export function tuneV8 (): void {
  // What outlives a few collections V8 takes for what lives long, and allocates it among the old from then on. The entries of
  // a journal do outlive them, and then are dropped: each that is dead among the old keeps its bodies and headers from being
  // collected with the young, and every collection has to move them.
  setFlagsFromString('--no-allocation-site-pretenuring')
  keepTick()
}

/** What is held for nothing but that V8 does not forget what such objects look like. */
export const kept: object[] = []

/**
 * Keeps one of the objects that Node.js makes for `process.nextTick`, of which every request takes several. Node.js names two
 * of their members by symbols, and V8 learns once what such a literal makes. It forgets that when it collects the old
 * generation while there is no such object, learns it never again, and sets both members by calls of its runtime from
 * then on.
 */
function keepTick (): void {
  const hook = createHook({
    init (_id, type, _triggerId, resource) {
      if (type === 'TickObject') kept.push(resource)
    }
  })
  hook.enable()
  process.nextTick(() => undefined)
  hook.disable()
}
