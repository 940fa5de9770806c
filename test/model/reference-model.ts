import { isDeepStrictEqual } from 'node:util'
import type { Problem } from '../../src/index.js'
import type { Answer, Call, Made } from './call.js'
import { capture, type CaptureRequest, lineOfCapture } from './capture.js'
import { inCasing } from './casing.js'
import { differenceOf } from './difference.js'
import { copy, error, iso, wordsOf } from './documents.js'
import { execute } from './execute.js'
import { type Effect, Faults, INJECTED, injected } from './faults.js'
import { type Line, mask } from './journal-line.js'
import { hintOf, problemsOfHeaders, readBody, readQuery } from './read-request.js'
import { type Request, type Response, routes, sessionIn, urlOf } from './request.js'
import { ModelState } from './state.js'

type Outcome = Omit<Answer, 'status'> & { status: number | null, replayed?: boolean, sent?: unknown }

const VERSION = '2026-01-01'

/**
 * The rules of the API a second time, as plainly as possible: lists that are searched, copies by way of JSON. Only types come from src,
 * so that no mistake is made in both.
 */
export class ReferenceModel extends ModelState {
  faults = new Faults()
  journal: Line[] = []

  override reset (now: number): void {
    super.reset(now)
    this.faults = new Faults()
    this.journal = []
  }

  /** A model of its own that is like this one. */
  clone (): ReferenceModel {
    const { fixtures, ...rest } = this
    const { faults, ...state } = structuredClone(rest)
    return Object.assign(new ReferenceModel(fixtures), state, { faults: Object.assign(new Faults(), faults) })
  }

  /**
   * A request: its response, and what the journal has of it.
   * @param effect that of a fault, which is counted when the request is read
   */
  request (request: Request, made: Made, effect = this.effectOn(request)): Response {
    const { headers, operation } = request
    const { status, body, replayed = false, sent = null, changes, reason = null } = this.#respond(request, made, effect)
    const struck = effect === 'unknown' ? undefined : effect
    const [fault] = Object.entries((struck ?? {}) as Record<string, string | number>).map(([name, value]) => `${name.replace('_ms', '')}=${value}`)
    this.journal.push({
      at: iso(this.now),
      method: routes[operation][0],
      path: urlOf(request),
      operation,
      session_id: sessionIn(request) ?? changes.find(({ type }) => type === 'session.created')?.session_id ?? null,
      api_key: headers['x-api-key'] === undefined ? null : mask(headers['x-api-key']),
      idempotency_key: headers['idempotency-key'] ?? null,
      replayed,
      fault: fault ?? null,
      status,
      sent,
      reason,
      changes
    })
    if (status === null || struck?.drop !== undefined) return 'cut'
    return { status, body: JSON.stringify(inCasing(body, headers['key-inflection'])), replayed }
  }

  /** What is sent to the capture page. Of a page only the status and where it leads are known here. */
  capture (request: CaptureRequest, made: Made): { status: number, body: string } {
    const answer = copy(capture(this, request, this.now, made))
    this.#awaitExpiries(answer)
    this.journal.push(lineOfCapture(request, answer, this.now))
    return { status: answer.status, body: request.method === 'POST' ? JSON.stringify(inCasing(answer.body, request.casing)) : '' }
  }

  /** The effect of a fault on a request, which is counted: faults strike every request with an API key that may send it. */
  effectOn (request: Request): Effect {
    return refusalOf(request) === undefined ? this.faults.effectOn(request) : null
  }

  /** The checks, in their documented order. */
  #respond (request: Request, made: Made, effect: Effect): Outcome {
    const refusal = refusalOf(request)
    if (refusal !== undefined) return refusal
    if (effect === 'unknown') {
      const msg = 'must look like status=500, delay=200, drop=before or drop=after'
      return error(422, 'validation_error', [{ loc: ['header', 'X-Mock-Fault'], msg, type: 'value_error' }])
    }
    if (effect?.status !== undefined) return injected(effect)
    if (effect?.drop === 'before') return { status: null, body: {}, changes: [], reason: INJECTED }
    return this.#read(request, made)
  }

  #read (request: Request, made: Made): Outcome {
    const { operation, headers, query } = request
    const { 'verifa-version': version = VERSION } = headers
    if (/^\d/.test(version) && version < VERSION) {
      return error(400, 'bad_request', `Verifa-Version ${version} is no longer supported. Upgrade to ${VERSION}.`)
    }
    const wrongHeaders = problemsOfHeaders(operation, headers)
    if (wrongHeaders.length > 0) return error(422, 'validation_error', wrongHeaders)
    const outcome = this.#readBody(request, made)
    return { ...outcome, reason: withHint(outcome, hintOf(operation, query)) }
  }

  #readBody (request: Request, made: Made): Outcome {
    const { operation, headers: { 'content-type': contentType, 'x-api-key': apiKey = '' }, payload } = request
    let sent: unknown
    if (routes[operation][0] !== 'GET') {
      if (contentType === undefined ? payload : contentType !== 'application/json') {
        return error(415, 'bad_request', 'Unsupported content type. Send Content-Type: application/json.')
      }
      if (payload?.endsWith(':') === true) {
        return error(400, 'bad_request', 'Request body is not valid JSON.', 'body is not valid JSON: it ends too early')
      }
      if (payload) sent = copy(JSON.parse(payload) as unknown) // -0 is 0 when it is written again
    }
    const [{ body, problems }, { query, problems: others }] = [readBody(operation, sent), readQuery(operation, request.query)]
    problems.push(...others)
    if (problems.length > 0) return { ...error(422, 'validation_error', problems), sent }
    const call = { operation, id: request.session, body, query, sandbox: apiKey.includes('_sandbox_'), now: this.now, made }
    return { ...this.#execute(request, apiKey, call), sent }
  }

  #execute (request: Request, apiKey: string, call: Call): Outcome {
    const { operation, body } = call
    const session = sessionIn(request)
    const key = routes[operation][0] === 'GET' ? undefined : request.headers['idempotency-key']
    const kept = this.keys.find(kept => kept.apiKey === apiKey && kept.key === key)
    if (kept !== undefined && this.isAlive(kept)) {
      const refuse = (reason: string) =>
        error(422, 'idempotency_mismatch', 'Idempotency key has already been used with different parameters.', reason)
      if (kept.operation !== operation) return refuse(`key was first used for ${kept.operation}`)
      if (kept.session !== session) return refuse('path differs at session_id')
      if (!isDeepStrictEqual(kept.body, body)) return refuse(`body differs${differenceOf(kept.body, body)}`)
      kept.replays++
      return { ...kept.result, changes: [], replayed: true }
    }
    const answer = copy(execute(this, call))
    this.#awaitExpiries(answer)
    if (answer.status >= 400 || key === undefined) return answer
    // an expired key stays until a new one takes its place: a clock that goes back revives it
    this.keys = this.keys.filter(other => other !== kept)
    this.keys.push({ apiKey, key, operation, session, body, first: this.now, result: answer, replays: 0 })
    return answer
  }

  /** A new token expires, also one that by chance expires at the same time as the one before. */
  #awaitExpiries ({ changes }: Pick<Answer, 'changes'>): void {
    for (const { before, after } of changes) {
      if (before?.capture_url !== after.capture_url || before.token_expires_at !== after.token_expires_at) this.awaitExpiry(after)
    }
  }
}

/** Why an API key may not send a request, if it may not. */
function refusalOf ({ operation, headers }: Request): Answer | undefined {
  const apiKey = headers['x-api-key']
  if (apiKey === undefined) return error(401, 'unauthorized', 'Missing API key. Send it in the X-API-Key header.')
  if (!/^vk_(pub_)?(live|sandbox)_./.test(apiKey)) {
    return error(401, 'unauthorized', 'Invalid API key.', 'a key is vk_live_ or vk_sandbox_ followed by something without spaces and commas')
  }
  if (apiKey.startsWith('vk_pub_') && operation !== 'createSession') {
    return error(403, 'forbidden', 'Publishable keys can only create sessions. Use a secret key (vk_live_… or vk_sandbox_…).')
  }
  if (operation === 'simulateSession' && apiKey.startsWith('vk_live_')) {
    return error(403, 'forbidden', 'Simulation is only available with sandbox keys.')
  }
  return undefined
}

/** Why a request was refused, and which parameters were ignored unless the reason is one of the request itself. */
function withHint ({ body, reason = null }: Outcome, hint: string | null): string | null {
  const { detail } = body as { detail?: string | Problem[] }
  const isDetail = detail !== undefined && reason === wordsOf(detail)
  return hint !== null && isDetail ? `${reason}; ${hint}` : reason ?? hint
}
