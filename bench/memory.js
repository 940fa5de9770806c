import { readdirSync, readFileSync } from 'node:fs'

/** Resident memory of a server and its child processes, in bytes, as Linux counts it. */
export function residentMemory ({ child }) {
  return processTree(child.pid).reduce((sum, pid) => sum + residentOf(pid), 0)
}

function residentOf (pid) {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes ?? 0) * 1024
}

function processTree (pid) {
  const children = readdirSync(`/proc/${pid}/task`).flatMap(task =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number))
  return [pid, ...children.flatMap(processTree)]
}
