import type { Send } from '../domain/webhooks/sending.js'

export interface SenderOptions {
  /** Hosts to which webhooks may be sent, besides loopback. */
  hosts: readonly string[]
  /** How long a receiver has to respond, in milliseconds. */
  timeout: number
}

/** Makes what sends webhooks over HTTP, with its own pool of connections. */
export function createSender (_options: SenderOptions): Send {
  return async () => ({ http_status: null, error: 'not yet', final: true })
}
