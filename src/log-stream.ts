import type { DestinationStream } from 'pino'

/** What `plugins/request-log.ts` says of a request; in a readable line it stands in the message. */
const requestFields = ['method', 'url', 'status', 'ms', 'apiKey', 'replayed', 'fault', 'error', 'detail'] as const

/**
 * Where log lines go: at a terminal to a stream that makes them readable, one line for each request; else nowhere
 * special, so that they stay JSON.
 * @param destination where the readable lines go, by default standard output
 */
export async function logStream (isTerminal: boolean, destination: NodeJS.WritableStream | 1 = 1): Promise<DestinationStream | undefined> {
  if (!isTerminal) return undefined
  const { default: pinoPretty } = await import('pino-pretty') // loaded only where somebody reads along
  return pinoPretty({
    destination,
    sync: true,
    translateTime: 'SYS:HH:MM:ss',
    ignore: ['pid', 'hostname', ...requestFields].join(','),
    messageFormat: (line, messageKey) => 'status' in line ? readable(line) : String(line[messageKey])
  })
}

function readable (line: Record<string, unknown>): string {
  const { method, url, status, ms, apiKey, replayed, fault, detail } = line as Record<typeof requestFields[number], string>
  return [method, url, status, ms, 'ms', apiKey, replayed && 'replayed', fault, detail].filter(Boolean).join(' ')
}
