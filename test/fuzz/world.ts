import type { FastifyInstance, InjectOptions } from 'fastify'
import { compileAnyCasing, inflectKey } from '../../src/contract/casing.js'
import { SessionUpdate } from '../../src/domain/sessions/update.js'
import type { Session } from '../../src/index.js'
import { allStored } from '../helper.js'
import type { Operation } from './document.js'
import { Broken, casingOf, headerOf, type Response, type ResponseLaws } from './laws.js'
import { fixtures, type Request } from './requests.js'

const acceptAnyCasing = compileAnyCasing(SessionUpdate)

/** A mock to which requests are sent one after the other, and what is in it before and after each. */
export class World {
  sent = 0
  readonly seen = new Map<string, number>()

  constructor (private readonly app: FastifyInstance, private readonly laws: ResponseLaws) {}

  get #world () {
    return this.app.workspaces.shared.world
  }

  /**
   * Returns to the fixtures, but keeps the journal, which is to run full.
   * @param failed whether a law was broken: then the journal is emptied, so that it does not cause the next failure
   */
  async reset (failed: boolean): Promise<void> {
    if (failed) await this.#world.journal.clear()
    await this.#world.faults.clear()
    await this.app.workspaces.shared.restore({ sessions: fixtures })
  }

  /**
   * Sends a request, and judges by all laws.
   * @throws Broken
   */
  async judge (request: Request): Promise<void> {
    const operation = this.laws.operationOf(request)
    const isApi = request.route?.startsWith('/api/') === true
    const isUpdate = operation?.id === 'updateSession'
    const hasFault = request.route?.startsWith('/_mock') !== true && (!this.#world.faults.isEmpty || headerOf(request, 'X-Mock-Fault') !== undefined)
    const session = isApi ? await this.#target(request) : undefined
    const sessions = await allStored(this.app)
    const before = await this.#look(hasFault)

    const response = await this.send(request)
    this.laws.check(request, response, hasFault)
    const status = response === 'cut' ? 'cut' : response.status
    const kind = `${operation?.id ?? 'none'} ${status}`
    this.seen.set(kind, (this.seen.get(kind) ?? 0) + 1)

    if (status !== 'cut' && status >= 400 && !same(before, await this.#look(hasFault))) throw new Broken('refusedIsNothing', request, response)
    if (!isApi || operation === undefined) return
    if (operation.method === 'get' && !same(before, await this.#look(hasFault))) throw new Broken('readIsNothing', request, response)
    // an earlier request may have brought the API key to its rate limit
    if (request.sound && !hasFault && status !== 429 && headerOf(request, 'Idempotency-Key') === undefined) {
      this.#checkExecuted(request, response, operation, session)
    }
    if (response === 'cut' || response.status >= 400) return
    await this.#checkChanges(request, response, sessions)
    if (isUpdate && !('idempotent-replayed' in response.headers)) await this.#checkMerge(request, response, session)
    if (operation.method !== 'get' && headerOf(request, 'Idempotency-Key') !== undefined && !hasFault) await this.#checkReplay(request, response)
  }

  /** A sound request is refused for its session alone. */
  #checkExecuted (request: Request, response: Response, { id, path }: Operation, session: Session | undefined): void {
    const { status } = response as Exclude<Response, 'cut'>
    if (path.includes('{session_id}') && session === undefined) {
      if (status !== (id === 'simulateSession' && !isSandboxKey(request) ? 403 : 404)) throw new Broken('notFound', request, response)
      return
    }
    const redacted = session?.retention_status === 'redacted'
    const must = (!path.includes('{session_id}') && !path.includes('/webhooks/')) || /^(getSession|exportSession|listLinks|redactSession)$/.test(id) || (!redacted && /^(updateSession|removeTag|setTags)$/.test(id))
    if (must && status >= 400) throw new Broken('executed', request, response)
  }

  /** What has changed may change. Sessions are immutable, so what is the same object has not changed. */
  async #checkChanges (request: Request, response: Response, sessions: readonly Session[]): Promise<void> {
    for (const after of await allStored(this.app)) {
      const before = sessions.find(({ id }) => id === after.id)
      if (before === after) continue
      const isClosed = after.status !== 'pending' && after.status !== 'capturing'
      const broken = after.is_sandbox !== isSandboxKey(request) || before?.retention_status === 'redacted' ||
        (isClosed && (after.capture_url !== null || after.token_expires_at !== null))
      if (broken) throw new Broken('change', request, response, JSON.stringify({ before, after }))
    }
  }

  /** The session in the path, if the API key sees one. */
  async #target (request: Request): Promise<Session | undefined> {
    const id = decodeURIComponent((/\/(?:sessions|results)\/([^/?]*)/.exec(request.path) ?? [])[1] ?? '')
    return (await allStored(this.app)).find(session => session.id === id && session.is_sandbox === isSandboxKey(request))
  }

  /**
   * Everything that a request could change. Sessions are immutable, so it is enough to hold them.
   * @param hasFault whether a fault may be used up, whatever the response is
   */
  async #look (hasFault: boolean): Promise<unknown[]> {
    const { clock, faults, store } = this.#world
    return [
      ...await store.list('sessions'), ...await store.list('results'), ...await store.list('captures'), ...await store.list('links'), ...await store.list('tokens'),
      ...(await store.list('due')).flatMap(({ id, at }) => [id, at]), ...hasFault ? [] : faults.list().map(({ id }) => id), clock.frozen,
      ...(await store.list('idempotency')).flatMap(({ key, body, result, replays }) => [key, body, result, replays])
    ]
  }

  async #checkMerge (request: Request, response: Exclude<Response, 'cut'>, before: Session | undefined): Promise<void> {
    const operation = this.laws.operationOf(request)
    if (before === undefined || operation === undefined) throw new Broken('refused', request, response, 'there is no session')
    const text = Buffer.from(request.payload ?? '').toString().replace(/^\ufeff/, '')
    const { body, repeated } = acceptAnyCasing(JSON.parse(text))
    if (!this.laws.allowsBody(operation, body) || repeated.length > 0) throw new Broken('refused', request, response, text)
    const update = body as { external_ref?: string, metadata?: Record<string, unknown> }
    const metadata = new Map(Object.entries(before.metadata))
    for (const [key, value] of Object.entries(update.metadata ?? {})) {
      if (value === null) metadata.delete(key)
      else metadata.set(key, value)
    }
    const stored = await this.#target(request) as Session
    const reference = update.external_ref ?? before.external_ref
    const expected = { ...before, updated_at: stored.updated_at, external_ref: reference, metadata: Object.fromEntries(metadata) }
    const renamed = Object.fromEntries(Object.entries(expected).map(([key, value]) => [inflectKey(key, casingOf(request)), value]))
    if (JSON.stringify(stored) !== JSON.stringify(expected)) throw new Broken('merge', request, response, `${JSON.stringify(stored)} is stored`)
    if (response.body !== JSON.stringify(renamed)) throw new Broken('merge', request, response, `expected ${JSON.stringify(renamed)}`)
  }

  async #checkReplay (request: Request, response: Exclude<Response, 'cut'>): Promise<void> {
    const before = await allStored(this.app)
    const again = await this.send(request)
    const isSame = again !== 'cut' && again.status === response.status && again.body === response.body && again.headers['idempotent-replayed'] === 'true'
    // the first request may have brought the API key to its rate limit
    if (again !== 'cut' && again.status === 429) return
    if (!isSame || !same(before, await allStored(this.app))) throw new Broken('replay', request, again)
  }

  async send ({ method, path, headers, payload }: Request): Promise<Response> {
    this.sent++
    // as they would come over a connection: trimmed, and two with the same name joined
    const values = new Map<string, string>()
    for (const [name, value] of headers) values.set(name, values.has(name) ? `${String(values.get(name))}, ${value.trim()}` : value.trim())
    const options = { method, url: path, headers: Object.fromEntries(values), ...(payload !== undefined && method !== 'GET' && method !== 'HEAD' && { payload }) }
    try {
      const { statusCode, headers, payload } = await this.app.inject(options as InjectOptions)
      return { status: statusCode, headers, body: payload }
    } catch (error) {
      if ((error as Error).message === 'response destroyed before completion') return 'cut'
      throw error
    }
  }
}

function isSandboxKey (request: Request): boolean {
  return headerOf(request, 'X-API-Key')?.includes('live_') !== true
}

function same (one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((value, index) => value === other[index])
}
