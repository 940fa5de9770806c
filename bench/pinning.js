import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** Whether the server and the load can have a core each. On one core they would disturb each other. */
export const canPin = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0

/** A command that runs on one core only. */
export function pinned (core, command) {
  return canPin ? ['taskset', '--cpu-list', String(core), ...command] : command
}

/** Moves this process to the core of the load, so that it does not disturb the server that is measured. */
export function pinBench ({ loadCore }) {
  if (canPin) spawnSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(loadCore), String(process.pid)])
}
