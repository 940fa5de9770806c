import type { DestinationStream } from 'pino'

/** What `plugins/request-log.ts` says of a request; in a readable line it stands in the message. */
const requestFields = ['method', 'url', 'status', 'ms', 'apiKey', 'replayed', 'fault', 'error', 'detail'] as const

/** Where log lines go. */
export interface LogStream extends DestinationStream {
  /** Fulfilled when all lines are written, which takes as long as whoever reads them. */
  flush: () => Promise<void>
}

/**
 * Where log lines go: at a terminal to a stream that makes them readable, one line for each request; else they stay JSON,
 * and those of one turn of the event loop are written together.
 * @param destination where they are written: Node.js's own standard output, which writes to a file at once, and keeps what a
 *   pipe does not take yet, so that who reads it slowly holds up no answer
 */
export async function logStream (isTerminal: boolean, destination: NodeJS.WritableStream): Promise<LogStream> {
  if (!isTerminal) return inTurns(destination)
  const { default: pinoPretty } = await import('pino-pretty') // loaded only where somebody reads along
  const readable = pinoPretty({
    destination,
    sync: true,
    translateTime: 'SYS:HH:MM:ss',
    ignore: ['pid', 'hostname', ...requestFields].join(','),
    messageFormat: (line, messageKey) => 'status' in line ? readableLine(line) : String(line[messageKey])
  })
  return Object.assign(readable, { flush: async () => undefined })
}

/** Under load this is one write for many requests; without load no line waits for another. */
function inTurns (stream: NodeJS.WritableStream): LogStream {
  let lines = ''
  const writeAll = (done?: () => void) => {
    const together = lines
    lines = ''
    stream.write(together, done)
  }
  return {
    flush: async () => new Promise(resolve => writeAll(resolve)),
    write: line => {
      if (lines === '') setImmediate(writeAll)
      lines += line
    }
  }
}

function readableLine (line: Record<string, unknown>): string {
  const { method, url, status, ms, apiKey, replayed, fault, detail } = line as Record<typeof requestFields[number], string>
  return [method, url, status, ms, 'ms', apiKey, replayed && 'replayed', fault, detail].filter(Boolean).join(' ')
}
