import type { Received } from './received.js'
import { NoResponse, type SentRequest, sendRequest } from './send-request.js'

/** How long a response may take, in milliseconds. */
const RESPONSE_TIMEOUT = 10_000
/** How often a request is sent again after a 429. */
const MAX_RETRIES = 5
/** The longest wait before a retry, in seconds. */
const MAX_RETRY_AFTER = 60
/** After how many requests in a row without a response the run ends. */
const MAX_FAILURES = 3

/** The run cannot start or cannot go on. The message is a sentence for people. */
export class RunError extends Error {}

/** Where and how requests are sent. */
export interface TargetOptions {
  baseUrl: string
  /** The API key of the run. It is masked in responses. */
  apiKey: string
  /** Waits for so many milliseconds, or until the signal is aborted. */
  wait: (milliseconds: number, signal: AbortSignal | undefined) => Promise<unknown>
  /** Ends waits and prevents further requests. A request that has been sent still gets its response, since the target may execute it. */
  signal?: AbortSignal
  /** Receives every response other than a 429. */
  onResponse?: (request: SentRequest, response: Received) => void
}

/** The API under test. */
export class Target {
  readonly baseUrl: string
  readonly #options: TargetOptions
  #failures = 0

  constructor (options: TargetOptions) {
    this.baseUrl = options.baseUrl.replace(/\/+$/, '')
    this.#options = options
  }

  /**
   * Waits for so many milliseconds.
   * @throws RunError when the run is interrupted
   */
  async pause (milliseconds: number): Promise<void> {
    const { wait, signal } = this.#options
    await wait(milliseconds, signal).catch((error: unknown) => {
      throw signal?.aborted === true ? interrupted() : error
    })
  }

  /**
   * Sends a request. After a 429 it waits as `Retry-After` says and sends the request again: a rate limit is not drift.
   * @throws NoResponse when the connection fails or the response takes too long; RunError when that happens several times in a row, when
   * the target keeps responding 429, and when the run is interrupted
   */
  async send (request: SentRequest, retries = MAX_RETRIES): Promise<Received> {
    if (this.#options.signal?.aborted === true) throw interrupted()
    const response = await this.#sendOnce(request)
    if (response.status !== 429) {
      this.#options.onResponse?.(request, response)
      return response
    }
    if (retries === 0) {
      throw new RunError(`${this.baseUrl} still responds with 429 after ${MAX_RETRIES} retries. Try again later, or run fewer cases with --only.`)
    }
    const seconds = Number(response.headers['retry-after'] ?? 1)
    await this.pause(1000 * Math.min(seconds >= 0 ? seconds : 1, MAX_RETRY_AFTER))
    return this.send(request, retries - 1)
  }

  async #sendOnce (request: SentRequest): Promise<Received> {
    try {
      const response = await sendRequest(this.baseUrl, request, this.#options.apiKey, RESPONSE_TIMEOUT)
      this.#failures = 0
      return response
    } catch (error) {
      const { message } = error as NoResponse
      if (++this.#failures >= MAX_FAILURES) throw new RunError(`${this.baseUrl} stopped responding: ${message}.`)
      throw error
    }
  }
}

function interrupted (): RunError {
  return new RunError('The run was interrupted.')
}
