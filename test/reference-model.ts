import { isDeepStrictEqual } from 'node:util'
import type { Fault, FaultEffect, FaultRule, Fixture, JournalEntry, Problem, Session } from '../src/index.js'

/**
 * The rules of the API a second time, as plainly as possible: lists that are searched, copies by way of JSON. Only types come from src,
 * so that no mistake is made in both.
 */
export interface Request { session: string, prefix: string, headers: Record<string, string | undefined>, payload: string | undefined }

/** What comes back: the text of a response, or nothing. */
export type Response = 'cut' | { status: number, body: string, replayed: boolean }

/** What the journal has of a request; `sent` is its body, if that was read. */
export type Line = Omit<JournalEntry, 'id' | 'request_id' | 'method' | 'operation' | 'duration_ms' | 'request' | 'response'> & { sent: unknown }

type Body = Record<string, unknown>
interface Kept { apiKey: string, key: string, session: string, body: unknown, first: number, result: Session, replays: number }
interface World { sessions: Session[], keys: Kept[], now: number, frozen: boolean }
interface Outcome extends Partial<Pick<Line, 'replayed' | 'changes' | 'reason' | 'sent'>> {
  status: number | null
  body: object
  effect?: FaultEffect | undefined
}

const DAY = 24 * 60 * 60 * 1000
const VERSION = '2026-01-01'
const FIELDS = [
  'id', 'status', 'is_sandbox', 'environment', 'created_at', 'updated_at', 'external_ref', 'metadata', 'country', 'checks', 'workflow_id',
  'document_type', 'retention_status', 'processing_attempts', 'consent_ip', 'capture_url', 'token_expires_at', 'case_id', 'case_status', 'tags'
] as const

const iso = (moment: number): string => new Date(moment).toISOString()
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
const problem = (loc: Problem['loc'], msg: string, type: string): Problem => ({ loc, msg, type })
const error = (status: number, code: string, detail: string | Problem[], reason: string | null = null) =>
  ({ status, body: { error: code, detail, status_code: status }, reason })
const isObject = (value: unknown): value is Body => typeof value === 'object' && value !== null && !Array.isArray(value)

export class ReferenceModel implements World {
  sessions: Session[] = []
  keys: Kept[] = []
  faults: Fault[] = []
  journal: Line[] = []
  now = 0
  frozen = false
  /** How many requests pass before each fault takes effect. */
  #toPass = new Map<Fault, number>()
  /** When the tokens of sessions run out. */
  #expiries = new Map<string, number>()

  constructor (readonly fixtures: Fixture[]) {}

  /** Returns to the fixtures, at the machine's time. */
  reset (now: number): void {
    const sessions = this.fixtures.map(fixture => complete(fixture, now, true))
    Object.assign(this, { sessions, keys: [], faults: [], journal: [], now, frozen: false })
    this.#expiries.clear()
    this.#awaitExpiry(sessions)
  }

  /** Expires sessions whose token has run out. To be called when time has passed. */
  expire (): void {
    for (const [id, at] of this.#expiries) {
      if (at > this.now) continue
      this.#expiries.delete(id)
      this.sessions = this.sessions.map(session => session.id !== id ? session : {
        ...session,
        status: 'expired',
        updated_at: iso(Math.max(at, Date.parse(session.updated_at))),
        capture_url: null,
        token_expires_at: null
      })
    }
  }

  #awaitExpiry (sessions: Session[]): void {
    for (const { id, retention_status: retention, token_expires_at: token } of sessions) {
      if (token !== null && retention !== 'redacted' && Date.parse(token) > this.now) this.#expiries.set(id, Date.parse(token))
    }
  }

  save (): World {
    const { now, frozen } = this
    return copy({ sessions: this.listSessions(), keys: this.keys.filter(kept => this.#isAlive(kept)), now, frozen })
  }

  restore (saved: World): void {
    Object.assign(this, copy(saved))
    this.#expiries.clear()
    this.#awaitExpiry(this.sessions)
  }

  listSessions (): Session[] {
    return [true, false].flatMap(sandbox => this.sessions.filter(session => session.is_sandbox === sandbox))
  }

  listKeys (): object[] {
    return this.keys.filter(kept => this.#isAlive(kept)).map(({ key, apiKey, session, first, replays }) => ({
      key, api_key: mask(apiKey), session_id: session, first_seen_at: iso(first), replays, expires_at: iso(first + DAY)
    }))
  }

  seed (fixtures: Fixture[], sandbox: boolean): { status: number, body: string } {
    const taken = fixtures.find(({ id }) => this.sessions.some(session => session.id === id))
    const sessions = fixtures.map(fixture => complete(fixture, this.now, sandbox))
    if (taken === undefined) {
      this.sessions.push(...sessions)
      this.#awaitExpiry(sessions)
    }
    const { status, body } = taken === undefined ? { status: 201, body: sessions } : error(409, 'conflict', `Session ${String(taken.id)} already exists.`)
    return { status, body: JSON.stringify(body) }
  }

  remove (id: string): number {
    const before = this.sessions.length
    this.#expiries.delete(id)
    this.sessions = this.sessions.filter(session => session.id !== id)
    return this.sessions.length < before ? 204 : 404
  }

  addFault (id: string, { match = {}, then, times = 1, skip = 0 }: FaultRule): Fault {
    const fault: Fault = copy({ id, match, then, times, skip, remaining: times })
    this.faults.push(fault)
    this.#toPass.set(fault, skip)
    return fault
  }

  /** A PATCH: its response, and what the journal has of it. */
  update (request: Request): Response {
    const { headers, session, prefix } = request
    const { status, body, replayed = false, sent = null, changes = [], reason = null, effect } = this.#respond(request)
    const [fault] = Object.entries((effect ?? {}) as Record<string, string | number>).map(([name, value]) => `${name.replace('_ms', '')}=${value}`)
    this.journal.push({
      at: iso(this.now),
      path: `${prefix}/sessions/${encodeURIComponent(session)}`,
      session_id: session,
      api_key: headers['x-api-key'] === undefined ? null : mask(headers['x-api-key']),
      idempotency_key: headers['idempotency-key'] ?? null,
      replayed,
      fault: fault ?? null,
      status,
      sent,
      reason,
      changes
    })
    if (status === null || effect?.drop !== undefined) return 'cut'
    return { status, body: JSON.stringify(inCasing(body, headers['key-inflection'])), replayed }
  }

  /** The checks, in their documented order; a fault takes effect on every request with a key. */
  #respond (request: Request): Outcome {
    const apiKey = request.headers['x-api-key']
    if (apiKey === undefined) return error(401, 'unauthorized', 'Missing API key. Send it in the X-API-Key header.')
    if (!/^vk_(pub_)?(live|sandbox)_./.test(apiKey)) return error(401, 'unauthorized', 'Invalid API key.', 'a key is vk_live_ or vk_sandbox_ followed by something without spaces and commas')
    if (apiKey.startsWith('vk_pub_')) {
      return error(403, 'forbidden', 'Publishable keys can only create sessions. Use a secret key (vk_live_… or vk_sandbox_…).')
    }
    const effect = this.#effectOn(request)
    if (effect === 'unknown') {
      const msg = 'must look like status=500, delay=200, drop=before or drop=after'
      return error(422, 'validation_error', [problem(['header', 'X-Mock-Fault'], msg, 'value_error')])
    }
    if (effect?.status !== undefined) return { ...injected(effect), effect }
    if (effect?.drop === 'before') return { status: null, body: {}, effect, reason: 'injected by a fault' }
    return { ...this.#read(request, apiKey), effect }
  }

  /** The fault that the request asks for, or else the first that matches and does not let it pass. */
  #effectOn ({ headers, session }: Request): FaultEffect | 'unknown' | undefined {
    const [name, value] = headers['x-mock-fault']?.split('=') ?? []
    if (name === 'status') return { status: Number(value) }
    if (name === 'drop') return { drop: value as 'before' | 'after' }
    if (name === 'delay') return { delay_ms: Number(value) }
    if (name !== undefined) return 'unknown'
    const request: Body = { method: 'PATCH', session_id: session, idempotency_key: headers['idempotency-key'], operation: 'updateSession' }
    for (const fault of this.faults.filter(({ match }) => Object.entries(match).every(([name, value]) => request[name] === value))) {
      const toPass = this.#toPass.get(fault) ?? 0
      this.#toPass.set(fault, toPass - 1)
      if (toPass > 0) continue
      if (fault.remaining !== null) fault.remaining--
      this.faults = this.faults.filter(({ remaining }) => remaining !== 0)
      return fault.then
    }
    return undefined
  }

  #read (request: Request, apiKey: string): Outcome {
    const { 'verifa-version': version = VERSION, 'content-type': contentType } = request.headers
    if (/^\d/.test(version) && version < VERSION) {
      return error(400, 'bad_request', `Verifa-Version ${version} is no longer supported. Upgrade to ${VERSION}.`)
    }
    const wrongHeaders = problemsOfHeaders(request.headers)
    if (wrongHeaders.length > 0) return error(422, 'validation_error', wrongHeaders)
    if (contentType !== 'application/json') {
      return error(415, 'bad_request', 'Unsupported content type. Send Content-Type: application/json.')
    }
    if (!request.payload) return error(422, 'validation_error', [problem(['body'], 'must be a JSON object', 'dict_type')])
    if (request.payload.endsWith(':')) {
      return error(400, 'bad_request', 'Request body is not valid JSON.', 'body is not valid JSON: it ends too early')
    }
    const sent = copy(JSON.parse(request.payload) as unknown) // -0 is 0 when it is written again
    const { body, problems } = readBody(sent)
    return { ...(problems.length > 0 ? error(422, 'validation_error', problems) : this.#execute(request, apiKey, body)), sent }
  }

  #execute ({ headers, session: id }: Request, apiKey: string, body: Body): Outcome {
    const key = headers['idempotency-key']
    const kept = this.keys.find(kept => kept.apiKey === apiKey && kept.key === key)
    if (kept !== undefined && this.#isAlive(kept)) {
      if (kept.session !== id || !isDeepStrictEqual(kept.body, body)) {
        const reason = kept.session === id ? `body differs${differenceOf(kept.body, body)}` : 'path differs at session_id'
        return error(422, 'idempotency_mismatch', 'Idempotency key has already been used with different parameters.', reason)
      }
      kept.replays++
      return { status: 200, body: kept.result, replayed: true }
    }
    const index = this.sessions.findIndex(session => session.id === id && apiKey.startsWith(session.is_sandbox ? 'vk_sandbox_' : 'vk_live_'))
    const before = this.sessions[index]
    if (before === undefined) {
      const other = this.sessions.find(session => session.id === id)
      const [its, mine] = other?.is_sandbox === true ? ['sandbox', 'live'] : ['live', 'sandbox']
      return error(404, 'not_found', 'Session not found.',
        other === undefined ? `no session has the ID "${id}"` : `${id} is a ${its} session, the API key is ${mine}`)
    }
    if (before.retention_status === 'redacted') {
      return error(422, 'validation_error', 'Session has been redacted and cannot be updated.')
    }
    const after = copy({ ...before, ...body, updated_at: iso(this.now), metadata: merge(before.metadata, body['metadata']) })
    this.sessions[index] = after
    // an expired key stays until a new one takes its place: a clock that goes back revives it
    this.keys = this.keys.filter(other => other !== kept)
    if (key !== undefined) this.keys.push({ apiKey, key, session: id, body, first: this.now, result: after, replays: 0 })
    return { status: 200, body: after, changes: [{ type: 'session.updated', session_id: id, before, after }] }
  }

  #isAlive ({ first }: Kept): boolean {
    return this.now < first + DAY
  }
}

function problemsOfHeaders ({ 'verifa-version': version, 'key-inflection': casing, 'idempotency-key': key }: Request['headers']): Problem[] {
  const problems: Problem[] = []
  const add = (name: string, msg: string, type: string) => problems.push(problem(['header', name], msg, type))
  if (version !== undefined && !/^\d/.test(version)) add('Verifa-Version', 'must be a calendar date, such as 2026-01-01', 'date_parsing')
  if (casing !== undefined && !/^(snake|camel|kebab)$/.test(casing)) add('Key-Inflection', 'must be one of: snake, camel, kebab', 'enum')
  if (key === '') add('Idempotency-Key', 'must not be empty', 'string_too_short')
  if (key !== undefined && key.length > 255) add('Idempotency-Key', 'must have at most 255 characters', 'string_too_long')
  return problems
}

/** A body under the names of the API, and its problems. */
function readBody (sent: unknown): { body: Body, problems: Problem[] } {
  const body: Body = {}
  const problems: Problem[] = []
  const add = (loc: string[], msg: string, type: string) => problems.push(problem(['body', ...loc], msg, type))
  for (const [name, value] of Object.entries(isObject(sent) ? sent : {})) {
    if (/^external(_r|-r|R)ef$/.test(name)) body['external_ref'] = value
    else if (name === 'metadata') body['metadata'] = value
    else add([name], 'is not a field here; the fields are external_ref, metadata', 'extra_forbidden')
  }
  const { external_ref: reference, metadata = {} } = body
  if (!isObject(sent)) add([], 'must be a JSON object', 'dict_type')
  if (reference !== undefined && typeof reference !== 'string') add(['external_ref'], 'must be a string', 'string_type')
  if (!isObject(metadata)) add(['metadata'], 'must be a JSON object', 'dict_type')
  for (const [name, value] of Object.entries(isObject(metadata) ? metadata : {})) {
    const bytes = Buffer.byteLength(JSON.stringify(value))
    if (bytes > 16_384) add(['metadata', name], 'must have at most 16384 bytes as compact JSON', 'too_large')
  }
  const spellings = isObject(sent) ? Object.keys(sent).filter(name => name.startsWith('external')) : []
  if (spellings.length > 1) add(['external_ref'], 'comes in more than one casing', 'value_error')
  return { body, problems }
}

/** What is sent replaces, null removes, everything else stays. */
function merge (metadata: Body, patch: unknown = {}): Body {
  const merged = new Map(Object.entries(metadata))
  for (const [key, value] of Object.entries(patch as Body)) {
    if (value === null) merged.delete(key)
    else merged.set(key, value)
  }
  return Object.fromEntries(merged)
}

/** A session or an error with its field names in a casing. */
function inCasing (body: object, casing: string | undefined): object {
  return Object.fromEntries(Object.entries(body).map(([name, value]) => {
    const [first = '', ...words] = name.split('_')
    if (casing === 'camel') return [first + words.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join(''), value]
    return [casing === 'kebab' ? [first, ...words].join('-') : name, value]
  }))
}

function injected ({ status = 0, error: code, detail }: FaultEffect): Outcome {
  const reason = 'injected by a fault'
  if (status === 429) return error(429, 'rate_limited', 'Rate limit exceeded. Retry after 1 seconds.', reason)
  return error(status, code ?? 'internal_error', detail ?? `Injected fault: ${status}.`, reason)
}

/** The first place where two bodies differ. */
function differenceOf (one: unknown, other: unknown, path = ''): string {
  const place = path === '' ? '' : ` at ${path}`
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null || Array.isArray(one) !== Array.isArray(other)) return place
  const [first, second] = [new Map(Object.entries(one)), new Map(Object.entries(other))]
  const differs = (name: string) => !first.has(name) || !second.has(name) || !isDeepStrictEqual(first.get(name), second.get(name))
  const name = [...first.keys(), ...second.keys()].find(differs)
  if (name === undefined) return place
  const inner = path === '' ? name : `${path}.${name}`
  return first.has(name) && second.has(name) ? differenceOf(first.get(name), second.get(name), inner) : ` at ${inner}`
}

function mask (apiKey: string): string {
  const prefix = /^vk_(pub_)?(live|sandbox)_/.exec(apiKey)?.[0] ?? ''
  return `${prefix}…${apiKey.length - prefix.length > 8 ? apiKey.slice(-4) : ''}`
}

/** The session of a fixture, with the defaults of what the fixtures of this test leave out. */
function complete (fixture: Fixture, now: number, sandbox: boolean): Session {
  const { id = '', status = 'pending', is_sandbox: isSandbox = sandbox, created_at: created = iso(now) } = fixture
  const open = status === 'pending' || status === 'capturing'
  const session: Body = {
    environment: isSandbox ? 'env_sandbox' : 'env_live',
    updated_at: created,
    retention_status: 'active',
    processing_attempts: 0,
    capture_url: open ? `https://capture.verifa.example/${id}` : null,
    token_expires_at: open ? iso(Date.parse(created) + 20 * 60 * 1000) : null,
    tags: [],
    ...fixture,
    ...{ id, status, is_sandbox: isSandbox, created_at: created, metadata: merge({}, fixture.metadata) }
  }
  return Object.fromEntries(FIELDS.map(name => [name, session[name] ?? null])) as unknown as Session
}
