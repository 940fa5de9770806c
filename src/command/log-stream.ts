import { hostname } from 'node:os'
import type { DestinationStream } from 'pino'
import { jsonLine, readableLine } from './log-lines.js'

/** The maximum size of the log that waits for its reader, in characters. */
const MAX_WAITING = 1024 * 1024

/** Where log lines go, one by one, as JSON. */
export interface LogStream extends DestinationStream {
  /** Resolves when all lines are read, or buffered by the system. */
  flush: () => Promise<void>
}

/** Standard output, or its replacement in a test. */
export interface Output extends NodeJS.WritableStream {
  isTTY?: boolean
  hasColors?: () => boolean
}

/**
 * A log on standard output: readable at a terminal, JSON everywhere else. It never delays a response. The lines of one turn
 * of the event loop are written together. If the reader falls too far behind, lines are dropped until it has caught up, and one line
 * says how many.
 */
export function logStream (output: Output): LogStream {
  const hasColours = output.hasColors?.() ?? false
  const format = output.isTTY === true ? (line: string) => readableLine(line, hasColours) : jsonLine
  let lines = ''
  let waiting = 0
  let dropped = 0

  const add = (line: string) => {
    if (lines === '') setImmediate(writeAll)
    lines += format(line)
  }
  const writeAll = (done?: () => void) => {
    const together = lines
    lines = ''
    waiting += together.length
    output.write(together, () => {
      waiting -= together.length
      if (waiting === 0) reportDropped()
      done?.()
    })
  }
  const reportDropped = () => {
    if (dropped === 0) return
    const msg = `${dropped} log lines were dropped: standard output is not read fast enough.`
    dropped = 0
    add(JSON.stringify({ level: 40, time: Date.now(), pid: process.pid, hostname: hostname(), msg }))
  }
  return {
    write: line => {
      if (dropped > 0 || waiting + lines.length > MAX_WAITING) dropped++
      else add(line)
    },
    flush: async () => {
      reportDropped()
      return new Promise(resolve => writeAll(resolve))
    }
  }
}
