import { describe, fieldOf, type Received } from './received.js'
import { NoResponse, type SentRequest, usualHeaders } from './send-request.js'
import { RunError, type Target } from './target.js'

/** How many sessions one request can redact. */
const MAX_REDACTED = 100

/** The sessions that a run has created. The API cannot delete a session, so the run redacts them at its end. */
export class CreatedSessions {
  readonly #apiKey: string
  readonly #ids: string[] = []

  constructor (apiKey: string) {
    this.#apiKey = apiKey
  }

  /** Remembers the session that a request created, if it did. */
  readonly note = ({ method, path }: SentRequest, { status, json }: Received): void => {
    const id = fieldOf(json, 'id')
    if (method === 'POST' && path === '/sessions' && status < 300 && typeof id === 'string' && !this.#ids.includes(id)) this.#ids.push(id)
  }

  /**
   * Creates a session for the run.
   * @returns its ID
   * @throws RunError when there is none; the message says what to do
   */
  async create (target: Target, body: object): Promise<string> {
    const response = await this.#post(target, '/sessions', body).catch((error: unknown) => {
      throw error instanceof NoResponse ? new RunError(`No response from ${target.baseUrl}: ${error.message}.`) : error
    })
    const id = fieldOf(response.json, 'id')
    if (response.status < 300 && typeof id === 'string') return id
    throw new RunError(`${problemOf(response)}: POST ${target.baseUrl}/sessions got ${describe(response)}.`)
  }

  /**
   * Redacts all of them.
   * @returns a sentence about those that could not be redacted
   */
  async redact (target: Target): Promise<string[]> {
    const left: string[] = []
    let why = ''
    for (let start = 0; start < this.#ids.length; start += MAX_REDACTED) {
      const ids = this.#ids.slice(start, start + MAX_REDACTED)
      try {
        const response = await this.#post(target, '/sessions/bulk-redact', { session_ids: ids })
        const redacted = redactedIn(response)
        left.push(...ids.filter(id => !redacted.has(id)))
        why = describe(response)
      } catch (error) {
        left.push(...ids)
        why = (error as Error).message
      }
    }
    return left.length === 0 ? [] : [`These sessions could not be redacted: ${left.join(', ')}. The redaction got: ${why}`]
  }

  async #post (target: Target, path: string, body: object): Promise<Received> {
    return target.send({ method: 'POST', path, headers: usualHeaders(this.#apiKey, true), body: JSON.stringify(body), chunked: false })
  }
}

function redactedIn ({ json }: Received): Set<unknown> {
  const results = fieldOf(json, 'results')
  const done = (Array.isArray(results) ? results as unknown[] : [])
    .filter(item => ['deleted', 'already_redacted'].includes(fieldOf(item, 'status') as string))
  return new Set(done.map(item => fieldOf(item, 'session_id')))
}

/** Why a response is not a new session. */
function problemOf ({ status }: Received): string {
  if (status === 401 || status === 403) return 'The API key was refused'
  if (status === 404) return 'There are no sessions here. Check the base URL (the real API\'s ends with /api/v1)'
  return status >= 300 ? 'No session can be created' : 'This is not a session'
}
