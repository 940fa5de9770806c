import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { buildApp } from './app.js'
import { listenError } from './command/failed-start.js'
import { createClient } from './control/client.js'
import type { VerifaMock } from './control/verifa-mock.js'
import { urlOf } from './command/health.js'
import type { Options } from './options/options.js'

/** A mock in this process. */
export interface EmbeddedVerifaMock extends VerifaMock {
  /** The Fastify app, for `inject`. */
  readonly app: FastifyInstance
}

/**
 * Starts a mock in this process, on a free port and without a log unless the options say otherwise.
 * @throws OptionsError, FixtureError, StateFileError, or an error with the reason why the port cannot be used
 */
export async function startVerifaMock (options: Partial<Options> = {}): Promise<EmbeddedVerifaMock> {
  const { host = '127.0.0.1', port = 0, logLevel = 'silent', controlToken: token } = options
  const app = buildApp({ ...options, logLevel })
  try {
    await app.listeners.listen(app, { host, port })
  } catch (error) {
    await app.close() // or its timers, such as that which watches fixtures, would keep the process alive
    throw listenError(error as Error, { host, port })
  }
  const url = urlOf(host, (app.server.address() as AddressInfo).port)
  const { host: ownHost } = new URL(url)
  let closed: Promise<void> | undefined
  const client = createClient({
    url,
    apiKey: undefined,
    token,
    // injected, so that a call needs no connection
    transport: async ({ method, path, headers: given, body }) => {
      if (closed !== undefined) throw new Error(`The mock at ${url} is closed.`)
      const headers = { ...given, host: ownHost }
      const response = await app.inject({ method, url: path, headers, ...(body !== undefined && { payload: body }) })
      return { status: response.statusCode, body: response.body }
    },
    close: async () => closed ??= app.close()
  })
  return { ...client, app }
}

export interface ConnectOptions {
  /** The API key whose workspace is controlled, if each key has its own (`isolation`). */
  apiKey?: string
  /** The token that the mock was started with (`controlToken`). */
  token?: string
}

/**
 * Controls a mock that runs elsewhere: in another process, in a container.
 * @param url the URL of the mock, such as `http://127.0.0.1:4010`; it may end with `/api/v1`
 * @throws TypeError if the text is not an http or https URL
 */
export function connectVerifaMock (url: string, { apiKey, token }: ConnectOptions = {}): VerifaMock {
  const { protocol = '', search = '', hash = '' } = URL.canParse(url) ? new URL(url) : {}
  if (!/^https?:$/.test(protocol) || search !== '' || hash !== '') {
    throw new TypeError(`connectVerifaMock needs a URL such as http://127.0.0.1:4010. It got "${url}".`)
  }
  const base = url.replace(/\/+$/, '').replace(/\/api\/v1$/, '')
  return createClient({
    url: base,
    apiKey,
    token,
    transport: async ({ method, path, headers, body }) => {
      const response = await fetch(base + path, { method, headers, ...(body !== undefined && { body }) }).catch((error: unknown) => {
        throw new Error(`No mock responds at ${base}. Is it started? (${String((error as Error).cause)})`, { cause: error })
      })
      return { status: response.status, body: await response.text() }
    },
    close: async () => undefined
  })
}
