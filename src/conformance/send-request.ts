import * as http from 'node:http'
import * as https from 'node:https'
import { text } from 'node:stream/consumers'
import { maskKey } from './mask-key.js'
import type { Received } from './received.js'

/** A complete request. */
export interface SentRequest {
  method: string
  /** The path below the base URL. */
  path: string
  /** A list sends the header once for each value. */
  headers: Readonly<Record<string, string | readonly string[]>>
  body: string | undefined
  /** Whether the body is sent in chunks, without `Content-Length`. */
  chunked: boolean
}

/** The request got no response. The message says why. */
export class NoResponse extends Error {}

/** The headers of every request, unless a case says otherwise. `Content-Type` goes with a body. */
export function usualHeaders (apiKey: string, hasBody: boolean): Record<string, string> {
  return {
    'User-Agent': 'verifa-mock-conformance',
    'X-API-Key': apiKey,
    'Key-Inflection': 'snake',
    ...hasBody && { 'Content-Type': 'application/json' }
  }
}

/**
 * Sends a request with `node:http`: `fetch` joins a header that is given twice.
 * @param timeout how long the response may take, in milliseconds
 * @throws NoResponse when the connection fails or the time is over
 */
export async function sendRequest (baseUrl: string, request: SentRequest, apiKey: string, timeout: number): Promise<Received> {
  const signal = AbortSignal.timeout(timeout)
  try {
    const response = await open(baseUrl, request, signal)
    const body = maskKey(await text(response), apiKey)
    return { status: response.statusCode as number, headers: response.headers, text: body, json: parse(body) }
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    // the error of a host with several addresses that all refuse has a code and no message
    throw new NoResponse(signal.aborted ? `no response within ${timeout} ms` : [message, code].find(text => text !== ''))
  }
}

async function open (
  baseUrl: string, { method, path, headers, body, chunked }: SentRequest, signal: AbortSignal
): Promise<http.IncomingMessage> {
  const url = new URL(baseUrl + path)
  const lines = Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? bytesOf(value) : value.map(bytesOf)])
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? https : http).request(url, {
      method,
      headers: { ...Object.fromEntries(lines) as http.OutgoingHttpHeaders, ...chunked && { 'Transfer-Encoding': 'chunked' } },
      signal
    })
    request.on('response', resolve).on('error', reject)
    // bytes: Node.js would write headers as UTF-8, too, together with a text
    request.end(body === undefined ? undefined : Buffer.from(body))
  })
}

/** A header's value in UTF-8, as Node.js takes it: one character for each byte. */
function bytesOf (value: string): string {
  return Buffer.from(value).toString('latin1')
}

function parse (body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
