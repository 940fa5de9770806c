import { readFileSync } from 'node:fs'
import { canPin } from './pinning.js'

/**
 * Watches both cores while a server is measured.
 * @returns a function that ends the watch and says which share of the server's core or of the load's, whichever is
 * more, others took: other programs, or the host of a virtual machine. Nothing where it cannot be known.
 */
export function watchCores ({ serverCore, loadCore }, { child }) {
  if (!canPin) return () => undefined
  const watches = [watch(serverCore, () => ownTicks(child.pid)), watch(loadCore, loadTicks)]
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

/** What a core did so far, in ticks. What it did for interrupts belongs to the network, and so to both sides. */
function coreTicks (core) {
  const line = readFileSync('/proc/stat', 'utf8').split('\n').find(line => line.startsWith(`cpu${core} `))
  const [user, nice, system, idle, iowait, irq, softirq, steal] = line.split(' ').slice(1).map(Number)
  return { busy: user + nice + system + steal, all: user + nice + system + idle + iowait + irq + softirq + steal }
}

/** What a process used so far. */
function ownTicks (pid) {
  const { user, system } = processTicks(pid)
  return user + system
}

/** What this process used so far, and what it started and has ended: the load. Servers have not ended meanwhile. */
function loadTicks () {
  const { user, system, childrenUser, childrenSystem } = processTicks('self')
  return user + system + childrenUser + childrenSystem
}

/** A process's name, in brackets, may hold anything; what follows is a letter and numbers. */
function processTicks (pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const [user, system, childrenUser, childrenSystem] = stat.slice(stat.lastIndexOf(')') + 2).split(' ').slice(11, 15).map(Number)
  return { user, system, childrenUser, childrenSystem }
}
