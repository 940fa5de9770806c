import pinoPretty from 'pino-pretty'

/** What `plugins/request-log.ts` says of a request; all of it stands in the line itself. */
const requestFields = ['method', 'url', 'status', 'ms', 'apiKey', 'replayed'] as const

/** A log for people at a terminal: one readable line for each request. */
export function prettyLog (): pinoPretty.PrettyStream {
  return pinoPretty({
    ignore: ['pid', 'hostname', ...requestFields].join(','),
    translateTime: 'SYS:HH:MM:ss',
    sync: true,
    messageFormat: (line, messageKey) => typeof line['status'] === 'number'
      ? requestFields.filter(field => field in line).map(field => field === 'replayed' ? field : String(line[field])).join(' ') + ' ms'
      : String(line[messageKey])
  })
}
