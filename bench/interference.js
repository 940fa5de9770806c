import { readFileSync } from 'node:fs'
import { canPin } from './pinning.js'

/**
 * Watches both cores while a server is measured.
 * @returns a function that ends the watch and returns the share of a core that other programs, or the host of a virtual machine, took:
 * on the server's core or on the load's, whichever is more. It returns `undefined` where that cannot be measured.
 */
export function watchCores ({ serverCore, loadCore }, { child }) {
  if (!canPin) return () => undefined
  const watches = [watch(serverCore, () => processTicks(child.pid).own), watch(loadCore, loadTicks)]
  return () => Math.max(...watches.map(end => end()))
}

function watch (core, readOwn) {
  const before = { ...coreTicks(core), own: readOwn() }
  return () => {
    const after = { ...coreTicks(core), own: readOwn() }
    const others = after.busy - before.busy - (after.own - before.own)
    return Math.max(0, others / (after.all - before.all))
  }
}

/** How long a core was busy so far, in ticks. Interrupts are not counted: they serve the network, and so both sides. */
function coreTicks (core) {
  const line = readFileSync('/proc/stat', 'utf8').split('\n').find(line => line.startsWith(`cpu${core} `))
  const [user, nice, system, idle, iowait, irq, softirq, steal] = line.split(' ').slice(1).map(Number)
  return { busy: user + nice + system + steal, all: user + nice + system + idle + iowait + irq + softirq + steal }
}

/** What this process used so far, and its children that have ended: the load. Servers do not end while one is measured. */
function loadTicks () {
  const { own, children } = processTicks('self')
  return own + children
}

/** How much CPU time a process has taken so far, in ticks. */
export function cpuTicks (pid) {
  return processTicks(pid).own
}

function processTicks (pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // the name of the process comes before, in parentheses, and may contain anything
  const [user, system, childrenUser, childrenSystem] = stat.slice(stat.lastIndexOf(')') + 2).split(' ').slice(11, 15).map(Number)
  return { own: user + system, children: childrenUser + childrenSystem }
}
