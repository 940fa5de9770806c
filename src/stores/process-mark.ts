import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Identifies a process to other processes. */
export interface ProcessMark {
  pid: number
  /** The namespace of the process ID: each container has its own. */
  place: string
  /** When the process started; null if unknown. IDs are reused, and each container has a process 1. */
  started: string | null
}

/** The mark of this process. */
export function ownMark (): ProcessMark {
  return { pid: process.pid, place: placeOfProcesses(), started: startOf(process.pid) }
}

/** Whether a process is alive; `undefined` if the system cannot tell. */
export function isRunning ({ pid = 0, place, started = null }: Partial<ProcessMark>): boolean | undefined {
  if (place !== placeOfProcesses()) return undefined
  const start = startOf(pid)
  if (start !== null && started !== null) return start === started
  if (pid === process.pid) return true
  try {
    process.kill(pid, 0)
    return undefined // another process may have its ID
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH' ? false : undefined
  }
}

/** A process in words. */
export function describeProcess ({ pid, place }: Partial<ProcessMark>): string {
  if (pid === undefined) return 'another process'
  return `process ${pid}${place === placeOfProcesses() ? '' : ' of another container or machine'}`
}

/** On Linux, the current boot and the namespace of process IDs; elsewhere, the name of this machine. */
function placeOfProcesses (): string {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return hostname()
  }
}

/** When a process started, in ticks since the boot; null if there is no such process, or the system has no /proc. */
function startOf (pid: number): string | null {
  try {
    // the second field is a name in parentheses, which may contain anything (proc_pid_stat(5))
    const [state, ...fields] = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ')
    return state === 'Z' ? 'it has ended' : fields[18] as string
  } catch {
    return null
  }
}
