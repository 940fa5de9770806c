import type { Answer } from './answer.js'
import { hideKey } from './hidden-key.js'

/** How long an answer may take, in milliseconds. */
const PATIENCE = 10_000
/** How often a request that was answered 429 is sent again, and for how many seconds at most it waits each time. */
const RETRIES = 5
const LONGEST_WAIT = 60
/** How many requests in a row may stay without an answer before the target is given up. */
const MOST_LOST = 3
const INTERRUPTED = 'It was interrupted.'

/** A request, complete. */
export interface SentRequest {
  method: string
  path: string
  headers: Readonly<Record<string, string>>
  body: string | undefined
  /** Whether the body is sent in chunks, without a length. */
  chunked: boolean
}

/** The headers of a request, but for what a case says otherwise. */
export function usualHeaders (apiKey: string): Record<string, string> {
  return { 'X-API-Key': apiKey, 'Content-Type': 'application/json', 'Key-Inflection': 'snake' }
}

/** A request got no answer, or none that says anything. The message says why. */
export class NoAnswer extends Error {}

/** The run cannot go on, or not begin. The message is a sentence for people. */
export class CannotRun extends Error {}

/** Where and how requests are sent. */
export interface TargetOptions {
  baseUrl: string
  /** The key that requests are sent with: where an answer tells it, it is masked. */
  apiKey: string
  /** Lets time pass, so many milliseconds, or until the signal comes. */
  wait: (milliseconds: number, signal: AbortSignal | undefined) => Promise<unknown>
  /** How long an answer may take, in milliseconds; by default ten seconds. */
  patience?: number | undefined
  /** Ends the waiting, and lets no further request begin. One that is under way has its answer first: the target may carry it out. */
  signal?: AbortSignal
}

/** The API that is looked at: a base URL that requests are sent to. */
export class Target {
  readonly baseUrl: string
  readonly #options: TargetOptions
  #lost = 0

  constructor (options: TargetOptions) {
    this.baseUrl = options.baseUrl.replace(/\/+$/, '')
    this.#options = options
  }

  /** Lets time pass. @throws CannotRun when the run is interrupted */
  async pause (milliseconds: number): Promise<void> {
    const { wait, signal } = this.#options
    await wait(milliseconds, signal).catch((error: unknown) => {
      throw signal?.aborted === true ? new CannotRun(INTERRUPTED) : error
    })
  }

  /**
   * Sends a request. One that comes too often is sent again when `Retry-After` says so, since a limit of the target is no drift.
   * @throws NoAnswer when the connection fails or nothing comes in time, CannotRun when that goes on and on or the run is interrupted
   */
  async send (request: SentRequest, retries = RETRIES): Promise<Answer> {
    if (this.#options.signal?.aborted === true) throw new CannotRun(INTERRUPTED)
    const answer = await this.#sendOnce(request)
    if (answer.status !== 429) return answer
    if (retries === 0) throw new CannotRun(`${this.baseUrl} still answers 429 after ${RETRIES} waits. Run it again later, or fewer cases with --only.`)
    const asked = Number(answer.headers.get('retry-after') ?? 1)
    await this.pause(1000 * Math.min(asked >= 0 ? asked : 1, LONGEST_WAIT))
    return this.send(request, retries - 1)
  }

  async #sendOnce ({ method, path, headers, body, chunked }: SentRequest): Promise<Answer> {
    const { apiKey, patience = PATIENCE } = this.#options
    try {
      const response = await fetch(this.baseUrl + path, {
        method,
        headers,
        // bytes, because fetch gives text a content type of its own
        ...(body !== undefined && { body: chunked ? ReadableStream.from([Buffer.from(body)]) : Buffer.from(body), duplex: 'half' }),
        redirect: 'manual',
        signal: AbortSignal.timeout(patience)
      })
      const text = hideKey(await response.text(), apiKey)
      this.#lost = 0
      return { status: response.status, headers: response.headers, text, json: parse(text) }
    } catch (error) {
      const { message, cause } = error as Error & { cause?: NodeJS.ErrnoException }
      // of several addresses that refuse, the cause has no message but a code
      const why = [message, cause?.message, cause?.code].filter(part => part !== undefined && part !== '').join(', ')
      if (++this.#lost >= MOST_LOST) throw new CannotRun(`${this.baseUrl} does not answer any more: ${why}.`)
      throw new NoAnswer(why)
    }
  }
}

function parse (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
