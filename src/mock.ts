import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { buildApp } from './app.js'
import { createClient, type VerifaMock } from './client.js'
import { listenError } from './command/failed-start.js'
import { urlOf } from './command/health.js'
import type { Options } from './options/options.js'

/** A mock in this process. */
export interface EmbeddedVerifaMock extends VerifaMock {
  /** The Fastify app, for `inject`. */
  readonly app: FastifyInstance
}

/**
 * Starts a mock in this process, on a free port and without a log unless the options say otherwise.
 * @throws OptionsError, FixtureError, or an Error with the system's `code` when the mock cannot listen
 */
export async function startVerifaMock (options: Partial<Options> = {}): Promise<EmbeddedVerifaMock> {
  const { host = '127.0.0.1', port = 0, controlToken: token } = options
  const app = buildApp({ logLevel: 'silent', ...options })
  try {
    await app.listen({ host, port })
  } catch (error) {
    await app.close() // what it has begun, such as to watch its fixtures, must not keep the process
    throw listenError(error as Error, { host, port })
  }
  const client = createClient({
    url: urlOf(host, (app.server.address() as AddressInfo).port),
    apiKey: undefined,
    token,
    // injected: a call costs no connection
    transport: async ({ method, path, headers, body }) => {
      const response = await app.inject({ method, url: path, headers, ...(body !== undefined && { payload: body }) })
      return { status: response.statusCode, body: response.body }
    },
    close: async () => app.close()
  })
  return { ...client, app }
}

export interface ConnectOptions {
  /** The API key whose workspace is controlled, where each key has its own (`isolation`). */
  apiKey?: string
  /** The token that the mock was started with (`controlToken`). */
  token?: string
}

/**
 * Controls a mock that runs elsewhere: in another process, in a container.
 * @param url where it is, as `http://127.0.0.1:4010`
 */
export function connectVerifaMock (url: string, { apiKey, token }: ConnectOptions = {}): VerifaMock {
  if (!URL.canParse(url)) throw new TypeError(`connectVerifaMock takes a URL such as http://127.0.0.1:4010, and not ${url}.`)
  const base = url.replace(/\/+$/, '')
  return createClient({
    url: base,
    apiKey,
    token,
    transport: async ({ method, path, headers, body }) => {
      const response = await fetch(base + path, { method, headers, ...(body !== undefined && { body }) }).catch((error: unknown) => {
        throw new Error(`No mock answers at ${base}. Is it started? (${String((error as Error).cause)})`, { cause: error })
      })
      return { status: response.status, body: await response.text() }
    },
    close: async () => undefined
  })
}
