import type { Options } from '../options/options.js'

// not by `import`: see http/listener.ts
const { get } = process.getBuiltinModule('node:http')

/** The health of a mock. */
export interface Health {
  ok: boolean
  /** The response, or why there was none, on one line. */
  message: string
}

/**
 * Asks the mock that runs with these options whether it is up. Loads no Fastify: a container asks every few seconds.
 * @param timeout the maximum wait for the response, in milliseconds
 */
export async function askHealth ({ host, port }: Pick<Options, 'host' | 'port'>, timeout = 2_000): Promise<Health> {
  const url = `${urlOf(host, port)}/_mock/health`
  return new Promise(resolve => {
    const request = get(url, { timeout }, response => {
      response.setEncoding('utf8')
      let body = ''
      response.on('data', (chunk: string) => {
        body += chunk
      })
      response.on('end', () => {
        resolve({ ok: response.statusCode === 200 && !body.includes('"degraded"'), message: `${url} returned ${String(response.statusCode)} ${body}` })
      })
    })
    request.on('timeout', () => request.destroy(new Error(`no response within ${timeout} ms`)))
    request.on('error', ({ message }) => {
      resolve({ ok: false, message: `${url} did not respond: ${message}` })
    })
  })
}

/** The URL at which a server on this address is reached from the same machine. */
export function urlOf (host: string, port: number): string {
  const address = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`
}
