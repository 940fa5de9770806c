import { isDeepStrictEqual } from 'node:util'
import { describe, fieldOf, type Received, show } from './received.js'
import { NoResponse, usualHeaders } from './send-request.js'
import { RunError, type Target } from './target.js'

/** Fields that no update may change. No case tries to, but a faulty target may change them anyway. */
export const readOnlyFields = ['id', 'status', 'is_sandbox', 'environment', 'created_at'] as const

/** Which session a run works on, and how to recognize what the run stored in it. */
export interface SessionBackupOptions {
  sessionId: string
  apiKey: string
  /** What the names of all metadata keys and fields of the run begin with. */
  prefix: string
}

/** The session of a run as it was before. It is read with updates that change nothing, since a target may have no other operation. */
export class SessionBackup {
  readonly #options: SessionBackupOptions
  readonly #before: unknown

  private constructor (options: SessionBackupOptions, before: unknown) {
    this.#options = options
    this.#before = before
  }

  /**
   * Reads the session.
   * @throws RunError when it cannot be updated; the message says what to do
   */
  static async take (target: Target, options: SessionBackupOptions): Promise<SessionBackup> {
    const { baseUrl } = target
    const response = await update(target, options, {}).catch((error: unknown) => {
      throw error instanceof NoResponse ? new RunError(`No response from ${baseUrl}: ${error.message}.`) : error
    })
    const problem = problemOf(response)
    if (problem !== undefined) throw new RunError(`${problem}: PATCH ${baseUrl}/sessions/${options.sessionId} got ${describe(response)}.`)
    return new SessionBackup(options, response.json)
  }

  /**
   * Removes the metadata keys that the run has stored so far, if the target responds; `restore` reports what remains.
   * @throws RunError when the target is gone or the run is interrupted
   */
  async removeStoredKeys (target: Target): Promise<void> {
    try {
      const keys = this.#stored(fieldOf(await this.#read(target), 'metadata'))
      if (keys.length > 0) await update(target, this.#options, { metadata: removalOf(keys) })
    } catch (error) {
      if (!(error instanceof NoResponse)) throw error
    }
  }

  /**
   * Removes what the run stored, and restores `external_ref` and the metadata that was there.
   * @returns a sentence for everything that could not be restored
   */
  async restore (target: Target): Promise<string[]> {
    try {
      const now = await this.#read(target)
      const metadata = { ...removalOf(this.#stored(fieldOf(now, 'metadata'))), ...Object.fromEntries(this.#lostFrom(now)) }
      if (Object.keys(metadata).length > 0) await update(target, this.#options, { metadata })
      const external_ref = referenceOf(this.#before)
      if (external_ref !== referenceOf(now)) await update(target, this.#options, { external_ref })
      return this.#differencesOf(await this.#read(target))
    } catch (error) {
      return [`The session could not be restored: ${(error as Error).message}`]
    }
  }

  async #read (target: Target): Promise<unknown> {
    const response = await update(target, this.#options, {})
    if (problemOf(response) !== undefined) throw new NoResponse(`an update that changes nothing got ${describe(response)}`)
    return response.json
  }

  #differencesOf (after: unknown): string[] {
    const keys = this.#stored(fieldOf(after, 'metadata'))
    const lost = this.#lostFrom(after).map(([key]) => key)
    const fields = this.#stored(after)
    const changed = readOnlyFields.filter(name => !isDeepStrictEqual(fieldOf(after, name), fieldOf(this.#before, name)))
    const [reference, oldReference] = [referenceOf(after), referenceOf(this.#before)]
    return [
      ...keys.length > 0 ? [`These metadata keys could not be removed: ${keys.join(', ')}.`] : [],
      ...lost.length > 0 ? [`These metadata keys could not be restored: ${lost.join(', ')}.`] : [],
      ...reference === oldReference ? [] : [`external_ref could not be restored to ${show(oldReference)}: it is now ${show(reference)}.`],
      ...changed.map(name => `${name} changed from ${show(fieldOf(this.#before, name))} to ${show(fieldOf(after, name))}.`),
      ...fields.length > 0 ? [`These unknown fields could not be removed: ${fields.join(', ')}.`] : []
    ]
  }

  /** The names that begin with the run's prefix, also where the target changed their casing. */
  #stored (json: unknown): string[] {
    const plain = (name: string) => name.replace(/[^a-z0-9]/gi, '').toLowerCase()
    return Object.keys(json ?? {}).filter(name => plain(name).startsWith(plain(this.#options.prefix)))
  }

  /** The session's own metadata that is gone or changed: a target may accept `metadata: null` and remove everything. */
  #lostFrom (session: unknown): [key: string, value: unknown][] {
    const now = fieldOf(session, 'metadata')
    return Object.entries(fieldOf(this.#before, 'metadata') ?? {}).filter(([key, value]) => !isDeepStrictEqual(fieldOf(now, key), value))
  }
}

async function update (target: Target, { sessionId, apiKey }: SessionBackupOptions, body: object): Promise<Received> {
  return target.send({
    method: 'PATCH',
    path: `/sessions/${encodeURIComponent(sessionId)}`,
    headers: usualHeaders(apiKey, true),
    body: JSON.stringify(body),
    chunked: false
  })
}

/** Why a response is not an updated session. */
function problemOf ({ status, json }: Received): string | undefined {
  if (status === 401 || status === 403) return 'The API key was refused'
  if (status === 404) return 'Session not found. Check the session, the key\'s environment and the base URL (the real API\'s ends with /api/v1)'
  if (status >= 300) return 'The session cannot be updated'
  return fieldOf(json, 'metadata') === undefined ? 'This is not a session' : undefined
}

function referenceOf (session: unknown): unknown {
  return fieldOf(session, 'external_ref') ?? null
}

function removalOf (keys: readonly string[]): Record<string, null> {
  return Object.fromEntries(keys.map(key => [key, null]))
}
