import type { FastifyInstance, InjectOptions } from 'fastify'
import { acceptAnyCasing, inflectKey } from '../../src/casing.js'
import type { Session } from '../../src/index.js'
import { SessionUpdate } from '../../src/sessions/update.js'
import { allStored } from '../helper.js'
import { type Answer, type AnswerLaws, Broken, casingOf, headerOf } from './laws.js'
import type { Request } from './requests.js'

/** A mock to which requests are sent one after the other, and what is in it before and after each. */
export class World {
  sent = 0
  readonly seen = new Map<string, number>()
  readonly #start: Session[]

  constructor (private readonly app: FastifyInstance, private readonly laws: AnswerLaws) {
    this.#start = allStored(app)
  }

  get #workspace () {
    return this.app.workspaces.shared
  }

  /**
   * As at the start, but for the journal: that is to run full.
   * @param failed whether a law was broken: then the journal is emptied, lest it be the reason of the next failure
   */
  reset (failed: boolean): void {
    const { clock, faults, journal, store } = this.#workspace
    if (failed) journal.clear()
    faults.clear()
    clock.reset()
    store.restore(this.#start, [])
  }

  /**
   * Sends a request, and judges by all laws.
   * @throws Broken
   */
  async judge (request: Request): Promise<void> {
    const { faults } = this.#workspace
    const operation = this.laws.operationOf(request)
    const isUpdate = operation?.id === 'updateSession'
    const mayBefall = (isUpdate || request.route === undefined) && (!faults.none || headerOf(request, 'X-Mock-Fault') !== undefined)
    const session = isUpdate ? this.#target(request) : undefined
    const before = this.#look(mayBefall)

    const answer = await this.send(request)
    this.laws.check(request, answer, mayBefall)
    const status = answer === 'cut' ? 'cut' : answer.status
    const kind = `${operation?.id ?? 'none'} ${status}`
    this.seen.set(kind, (this.seen.get(kind) ?? 0) + 1)

    if (status !== 'cut' && status >= 400 && !same(before, this.#look(mayBefall))) throw new Broken('refusedIsNothing', request, answer)
    if (!isUpdate) return
    const redacted = session?.retention_status === 'redacted'
    if (status !== 200) {
      const must = request.sound && !mayBefall && session !== undefined && !redacted && headerOf(request, 'Idempotency-Key') === undefined
      if (must) throw new Broken('carriedOut', request, answer)
      return
    }
    if (answer === 'cut') return
    if (!('idempotent-replayed' in answer.headers)) this.#checkMerge(request, answer, session)
    if (headerOf(request, 'Idempotency-Key') !== undefined && !mayBefall) await this.#checkReplay(request, answer)
  }

  /** The session that an update speaks of, if there is one that its key sees. */
  #target (request: Request): Session | undefined {
    const id = decodeURIComponent((/\/([^/?]*)(\?.*)?$/.exec(request.path) ?? [])[1] ?? '')
    const environment = headerOf(request, 'X-API-Key')?.startsWith('vk_live_') === true ? 'live' : 'sandbox'
    return this.#workspace.store.get(environment, id)?.toJSON()
  }

  /**
   * All there is that a request could change. Sessions never change, so it is enough to hold them.
   * @param struck whether a fault may be used up, whatever becomes of the request
   */
  #look (struck: boolean): unknown[] {
    const { clock, faults, store } = this.#workspace
    return [
      ...store.all(), ...struck ? [] : faults.list().map(({ id }) => id), clock.frozen,
      ...store.idempotencyRecords().flatMap(({ key, body, result, replays }) => [key, body, result, replays])
    ]
  }

  #checkMerge (request: Request, answer: Exclude<Answer, 'cut'>, before: Session | undefined): void {
    const operation = this.laws.operationOf(request)
    if (before === undefined || operation === undefined) throw new Broken('refused', request, answer, 'there is no session')
    const text = Buffer.from(request.payload ?? '').toString().replace(/^\ufeff/, '')
    const { body, repeated } = acceptAnyCasing(SessionUpdate, JSON.parse(text))
    if (!this.laws.allowsBody(operation, body) || repeated.length > 0) throw new Broken('refused', request, answer, text)
    const update = body as { external_ref?: string, metadata?: Record<string, unknown> }
    const metadata = new Map(Object.entries(before.metadata))
    for (const [key, value] of Object.entries(update.metadata ?? {})) {
      if (value === null) metadata.delete(key)
      else metadata.set(key, value)
    }
    const kept = this.#target(request) as Session
    const reference = update.external_ref ?? before.external_ref
    const expected = { ...before, updated_at: kept.updated_at, external_ref: reference, metadata: Object.fromEntries(metadata) }
    const renamed = Object.fromEntries(Object.entries(expected).map(([key, value]) => [inflectKey(key, casingOf(request)), value]))
    if (JSON.stringify(kept) !== JSON.stringify(expected)) throw new Broken('merge', request, answer, `${JSON.stringify(kept)} is kept`)
    if (answer.body !== JSON.stringify(renamed)) throw new Broken('merge', request, answer, `expected ${JSON.stringify(renamed)}`)
  }

  async #checkReplay (request: Request, answer: Exclude<Answer, 'cut'>): Promise<void> {
    const before = [...this.#workspace.store.all()]
    const again = await this.send(request)
    const isSame = again !== 'cut' && again.status === 200 && again.body === answer.body && again.headers['idempotent-replayed'] === 'true'
    if (!isSame || !same(before, [...this.#workspace.store.all()])) throw new Broken('replay', request, again)
  }

  async send ({ method, path, headers, payload }: Request): Promise<Answer> {
    this.sent++
    // as they would come out of a connection: trimmed, and of two with the same name one
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

function same (one: unknown[], other: unknown[]): boolean {
  return one.length === other.length && one.every((value, index) => value === other[index])
}
