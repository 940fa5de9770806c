import { isDeepStrictEqual } from 'node:util'
import { type Answer, memberOf, show, tell } from './answer.js'
import { CannotRun, NoAnswer, type Target, usualHeaders } from './target.js'

/** What no update may change. No case tries to, but a target may do as it likes. */
export const readOnly = ['id', 'status', 'is_sandbox', 'environment', 'created_at'] as const

export interface KeptSessionOptions {
  sessionId: string
  apiKey: string
  /** What all that the run stores begins with. */
  prefix: string
}

/** The session that a run works on: how it was found, and how it is put back. A mock has no way to read it but an update of nothing. */
export class KeptSession {
  readonly #options: KeptSessionOptions
  #externalRef: unknown
  #found: unknown

  constructor (options: KeptSessionOptions) {
    this.#options = options
  }

  /**
   * Looks at the session with an update of nothing.
   * @throws CannotRun when it cannot be updated, in a sentence that says what to do
   */
  async open (target: Target): Promise<void> {
    const { baseUrl } = target
    const { sessionId } = this.#options
    const answer = await this.#update(target, {}).catch((error: unknown) => {
      throw error instanceof NoAnswer ? new CannotRun(`${baseUrl} does not answer: ${error.message}.`) : error
    })
    const why = `PATCH ${baseUrl}/sessions/${sessionId} answers ${tell(answer)}.`
    if (answer.status === 401 || answer.status === 403) throw new CannotRun(`The API key is not accepted: ${why}`)
    if (answer.status === 404) {
      throw new CannotRun(`There is no such session for this key, or the base URL is not complete (the real API's ends with /api/v1): ${why}`)
    }
    if (answer.status >= 300) throw new CannotRun(`The session cannot be updated: ${why}`)
    if (memberOf(answer.json, 'metadata') === undefined) throw new CannotRun(`This is no session: ${why}`)
    this.#found = answer.json
    this.#externalRef = memberOf(answer.json, 'external_ref') ?? null
  }

  /**
   * Removes the metadata keys that the run has stored so far, if the target lets it: what cannot be removed is told by `putBack`.
   * @throws CannotRun when the target is gone or the run is interrupted
   */
  async removeKeys (target: Target): Promise<void> {
    try {
      const { keys } = await this.#look(target)
      if (keys.length > 0) await this.#update(target, { metadata: removalOf(keys) })
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
    }
  }

  /**
   * Removes what the run has stored, and puts `external_ref` and lost metadata back.
   * @returns a sentence for everything that could not be put back
   */
  async putBack (target: Target): Promise<string[]> {
    try {
      const { session, keys, externalRef } = await this.#look(target)
      const lost = this.#lostFrom(session)
      if (keys.length + lost.length > 0) await this.#update(target, { metadata: { ...removalOf(keys), ...Object.fromEntries(lost) } })
      if (externalRef !== this.#externalRef) await this.#update(target, { external_ref: this.#externalRef })
      const after = await this.#look(target)
      const stillLost = this.#lostFrom(after.session).map(([key]) => key)
      return [
        ...after.keys.length > 0 ? [`These metadata keys could not be removed: ${after.keys.join(', ')}.`] : [],
        ...stillLost.length > 0 ? [`These metadata keys are not as they were: ${stillLost.join(', ')}.`] : [],
        ...after.externalRef === this.#externalRef ? [] : [
          `external_ref was ${JSON.stringify(this.#externalRef)}, which the target does not take back: it is now ${JSON.stringify(after.externalRef)}.`
        ],
        ...readOnly.filter(name => !isDeepStrictEqual(memberOf(after.session, name), memberOf(this.#found, name))).map(name =>
          `${name} was ${show(memberOf(this.#found, name))}, and is now ${show(memberOf(after.session, name))}.`),
        ...after.members.length > 0 ? [`These members, which are made up, could not be removed: ${after.members.join(', ')}.`] : []
      ]
    } catch (error) {
      return [`The session could not be put back: ${(error as Error).message}`]
    }
  }

  /** The session's own metadata that is not there any more, or is another: a target may take `metadata: null`, and empty it. */
  #lostFrom (session: unknown): [key: string, value: unknown][] {
    const now = memberOf(session, 'metadata')
    return Object.entries(memberOf(this.#found, 'metadata') ?? {}).filter(([key, value]) => !isDeepStrictEqual(memberOf(now, key), value))
  }

  /** What the run has left in the session: a reference, metadata keys and members, also where the target gave them another casing. */
  async #look (target: Target): Promise<{ session: unknown, keys: string[], members: string[], externalRef: unknown }> {
    const answer = await this.#update(target, {})
    const metadata = memberOf(answer.json, 'metadata')
    if (answer.status >= 300 || metadata === undefined) throw new NoAnswer(`an update of nothing is answered with ${tell(answer)}`)
    const plain = (key: string) => key.replace(/[^a-z0-9]/gi, '').toLowerCase()
    const own = (json: unknown) => Object.keys(json ?? {}).filter(key => plain(key).startsWith(plain(this.#options.prefix)))
    return {
      session: answer.json,
      keys: own(metadata),
      members: own(answer.json),
      externalRef: memberOf(answer.json, 'external_ref') ?? null
    }
  }

  async #update (target: Target, body: object): Promise<Answer> {
    const { sessionId, apiKey } = this.#options
    return target.send({
      method: 'PATCH',
      path: `/sessions/${encodeURIComponent(sessionId)}`,
      headers: usualHeaders(apiKey),
      body: JSON.stringify(body),
      chunked: false
    })
  }
}

function removalOf (keys: readonly string[]): Record<string, null> {
  return Object.fromEntries(keys.map(key => [key, null]))
}
