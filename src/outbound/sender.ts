import { lookup as lookupAll } from 'node:dns'
import { existsSync } from 'node:fs'
import type { Agent as HttpAgent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import type { LookupFunction } from 'node:net'
import { hostOf, isAllowedAddress, isAllowedUrl } from '../domain/webhooks/hosts.js'
import type { Send, SendResult, WebhookRequest } from '../domain/webhooks/sending.js'

// not by `import`, which also loads fetch on Node.js 22 and later, and makes every start longer
const { Agent, request: requestHttp } = process.getBuiltinModule('node:http')

export interface SenderOptions {
  /** Hosts to which webhooks may be sent, besides loopback. */
  hosts: readonly string[]
  /** How long a receiver may take to respond, in milliseconds. */
  timeout: number
}

/** Sends webhooks over HTTP. */
export interface Sender {
  send: Send
  /** Closes idle connections. */
  close: () => void
}

/** How many bytes of a response are read and discarded, so that the connection can be used for the next webhook. */
const MAX_RESPONSE = 64 * 1024

/** Creates a sender with its own pool of connections. It does not follow redirects. */
export function createSender ({ hosts, timeout }: SenderOptions): Sender {
  const lookup = createLookup(hosts)
  const agent = new Agent({ keepAlive: true })
  let secureAgent: HttpAgent | undefined

  function begin ({ url, headers, body }: WebhookRequest): ClientRequest {
    const options: RequestOptions = { method: 'POST', lookup, headers: { ...headers, 'content-length': Buffer.byteLength(body) } }
    if (!url.startsWith('https:')) return requestHttp(url, { ...options, agent })
    const https = process.getBuiltinModule('node:https') // loaded when first needed, because most receivers are on this machine
    secureAgent ??= new https.Agent({ keepAlive: true })
    return https.request(url, { ...options, agent: secureAgent })
  }

  async function attempt (request: WebhookRequest, signal: AbortSignal): Promise<SendResult> {
    return new Promise(resolve => {
      const sent = begin(request)
      const fail = (error: Error) => {
        // the receiver closed an idle connection before it got the request
        if (sent.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET' && !request.cut) resolve(attempt(request, signal))
        else resolve(failed(explain(error, request.url), error instanceof RefusedHost))
      }
      const timer = setTimeout(() => sent.destroy(new Error(`No response within ${timeout} ms.`)), timeout)
      const abort = () => sent.destroy(new Error('The mock was closed or reset.'))
      signal.addEventListener('abort', abort)
      sent.on('error', fail)
      sent.on('close', () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', abort)
      })
      sent.on('response', response => {
        drain(response)
        resolve(resultOf(response.statusCode as number))
      })
      if (request.cut) sent.write(request.body.slice(0, request.body.length / 2), () => sent.destroy(new Error('A fault has cut the connection.')))
      else sent.end(request.body)
    })
  }

  return {
    send: async (request, signal) => {
      if (signal.aborted) return failed('The mock was closed or reset.', true)
      if (!isAllowedUrl(request.url, hosts)) return failed(new RefusedHost(hostOf(request.url)).message, true)
      return attempt(request, signal)
    },
    close: () => {
      agent.destroy()
      secureAgent?.destroy()
    }
  }
}

/** A host to which webhooks may not be sent. */
class RefusedHost extends Error {
  constructor (host: string) {
    super(`Webhooks may not be sent to ${host}. Allow it with --webhook-host (webhookHosts).`)
  }
}

/** Looks up a host, and drops the addresses to which webhooks may not be sent. The connection goes to one of the others. */
function createLookup (hosts: readonly string[]): LookupFunction {
  return (host, options, callback) => {
    lookupAll(host, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, [])
        return
      }
      const [first, ...others] = addresses.filter(({ address }) => isAllowedAddress(host.replace(/\.$/, ''), address, hosts))
      if (first === undefined) callback(new RefusedHost(`${host} (${addresses.map(({ address }) => address).join(', ')})`), [])
      else if (options.all === true) callback(null, [first, ...others])
      else callback(null, first.address, first.family)
    })
  }
}

function drain (response: IncomingMessage): void {
  let bytes = 0
  response.on('error', () => undefined) // only the status matters
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > MAX_RESPONSE) response.destroy()
  })
}

function resultOf (status: number): SendResult {
  if (status >= 200 && status <= 299) return { http_status: status, error: null, final: false }
  const hint = status >= 300 && status <= 399 ? ' Redirects are not followed.' : ''
  return { http_status: status, error: `The receiver responded with ${status}.${hint}`, final: false }
}

function failed (error: string, final: boolean): SendResult {
  return { http_status: null, error, final }
}

/** Why there was no response, in words. */
function explain (error: Error, url: string): string {
  // if a host has several addresses, there is one error for each
  const message = error instanceof AggregateError ? error.errors.map(({ message }: Error) => message).join(', ') : error.message
  if (!message.includes('ECONNREFUSED') || !isAllowedUrl(url, []) || !isInContainer()) return message
  return `${message}. In a container, ${hostOf(url)} is the container itself. To reach the host, use host.docker.internal, and allow it with --webhook-host (webhookHosts).`
}

/** Whether this process runs in a container of Docker or Podman. */
function isInContainer (): boolean {
  return existsSync('/.dockerenv') || existsSync('/run/.containerenv')
}
