import { get } from 'node:http'
import type { Options } from '../options/options.js'

/** What asking a mock for its health came to. */
export interface Health {
  ok: boolean
  /** One line for people. */
  message: string
}

/**
 * Asks the mock that runs with these options whether it is up. Uses no Fastify: a container asks every few seconds.
 * @param patience how long an answer may take, in milliseconds
 */
export async function askHealth ({ host, port }: Pick<Options, 'host' | 'port'>, patience = 2_000): Promise<Health> {
  const url = `${urlOf(host, port)}/_mock/health`
  return new Promise(resolve => {
    const request = get(url, { timeout: patience }, response => {
      response.setEncoding('utf8')
      let body = ''
      response.on('data', (chunk: string) => {
        body += chunk
      })
      response.on('end', () => {
        resolve({ ok: response.statusCode === 200, message: `${url} answers ${String(response.statusCode)} ${body}` })
      })
    })
    request.on('timeout', () => request.destroy(new Error(`no answer within ${patience} ms`)))
    request.on('error', ({ message }) => {
      resolve({ ok: false, message: `${url} does not answer: ${message}` })
    })
  })
}

/** The URL at which a server on this address is reached from the same machine. */
export function urlOf (host: string, port: number): string {
  const address = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`
}
