import { type DestinationStream, destination as standardOutput } from 'pino'

/** What `plugins/request-log.ts` says of a request; in a readable line it stands in the message. */
const requestFields = ['method', 'url', 'status', 'ms', 'apiKey', 'replayed', 'fault', 'error', 'detail'] as const

/** Where log lines go. `flushSync` writes what has not been written yet: to be called before the process ends. */
export interface LogStream extends DestinationStream {
  flushSync: () => void
}

/**
 * Where log lines go: at a terminal to a stream that makes them readable, one line for each request; else they stay JSON,
 * and those of one turn of the event loop are written together.
 * @param destination where they are written, by default standard output
 */
export async function logStream (isTerminal: boolean, destination: NodeJS.WritableStream | 1 = 1): Promise<LogStream> {
  // not `sync`: who reads standard output slowly must not hold up the answers
  if (!isTerminal) return inTurns(destination === 1 ? standardOutput({ dest: 1, sync: false }) : destination)
  const { default: pinoPretty } = await import('pino-pretty') // loaded only where somebody reads along
  const readable = pinoPretty({
    destination,
    sync: true,
    translateTime: 'SYS:HH:MM:ss',
    ignore: ['pid', 'hostname', ...requestFields].join(','),
    messageFormat: (line, messageKey) => 'status' in line ? readableLine(line) : String(line[messageKey])
  })
  return Object.assign(readable, { flushSync: () => undefined })
}

/** Under load this is one write for many requests; without load no line waits for another. */
function inTurns (stream: { write: (lines: string) => unknown, flushSync?: () => void }): LogStream {
  let lines = ''
  const writeAll = () => {
    const together = lines
    lines = ''
    if (together !== '') stream.write(together)
  }
  return {
    flushSync: () => {
      writeAll()
      stream.flushSync?.()
    },
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
