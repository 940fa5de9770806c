import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** Whether server and load get a core each. Without it they take turns on the same core, and disturb each other. */
export const canPin = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0

/** A command that runs on one core and nowhere else. */
export function pinned (core, command) {
  return canPin ? ['taskset', '--cpu-list', String(core), ...command] : command
}

/** Moves this process to the core of the load: it must not wake up beside a server that is measured. */
export function pinBench ({ loadCore }) {
  if (canPin) spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(loadCore), String(process.pid)])
}
