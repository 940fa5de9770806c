import type { Fixture, Session } from '../../src/index.js'
import { type Answer, pick } from './call.js'
import { CAPTURE_FIELDS, copy, type Documents, documentsOf, error, iso, isOpen, tokenOf } from './documents.js'
import { mask } from './journal-line.js'
import type { OperationName } from './request.js'

/** An idempotency key, what it was used for, and the result. */
export interface Kept {
  apiKey: string
  key: string
  operation: OperationName
  session: string | null
  body: unknown
  first: number
  result: Answer
  replays: number
}

/** What a saved state has. */
interface Saved extends Documents { keys: Kept[], now: number, frozen: boolean }

const DAY = 24 * 60 * 60 * 1000

/** Sessions, results, idempotency keys and the clock, and what a test can do to them. */
export class ModelState implements Saved {
  sessions: Session[] = []
  results: Documents['results'] = []
  captures: Documents['captures'] = []
  links: Documents['links'] = []
  tokens: Documents['tokens'] = []
  keys: Kept[] = []
  now = 0
  frozen = false
  /** When the tokens of sessions run out. */
  expiries = new Map<string, number>()

  constructor (readonly fixtures: Fixture[]) {}

  /** Returns to the fixtures, at the machine's time. */
  reset (now: number): void {
    this.restore({ ...documentsOf(this.fixtures, now, true), keys: [], now, frozen: false })
  }

  /** Expires sessions whose token has run out. To be called when time has passed. */
  expire (): void {
    for (const [id, at] of this.expiries) {
      if (at > this.now) continue
      this.expiries.delete(id)
      this.sessions = this.sessions.map(session => session.id !== id ? session : {
        ...session,
        status: 'expired',
        updated_at: iso(Math.max(at, Date.parse(session.updated_at))),
        capture_url: null,
        token_expires_at: null
      })
    }
  }

  /** Awaits that the token of a session runs out, if it has one; no earlier token matters any more. */
  awaitExpiry ({ id, status, retention_status: retention, token_expires_at: token }: Session): void {
    this.expiries.delete(id)
    if (isOpen({ status }) && retention !== 'redacted' && Date.parse(String(token)) > this.now) this.expiries.set(id, Date.parse(String(token)))
  }

  save (): Saved {
    const { results, captures, links, now, frozen } = this
    const tokens = this.tokens.filter(token => this.sessions.some(({ id }) => id === token.session_id))
    const keys = this.keys.filter(kept => this.isAlive(kept))
    return copy({ sessions: this.listSessions(), results, captures, links, tokens, keys, now, frozen })
  }

  restore (saved: Saved): void {
    Object.assign(this, copy(saved))
    this.expiries.clear()
    for (const session of this.sessions) this.awaitExpiry(session)
  }

  listSessions (): Session[] {
    return [true, false].flatMap(sandbox => this.sessions.filter(session => session.is_sandbox === sandbox))
  }

  /** The sessions as a saved state has them: each with what belongs to it. */
  listFixtures (): object[] {
    return this.listSessions().map(session => {
      const isIts = ({ session_id: id }: { session_id: string }) => id === session.id
      const links = this.links.filter(isIts).map(link => pick(link, 'id', 'capture_url', 'status', 'expires_at', 'created_at'))
      const tokens = this.tokens.filter(isIts).map(({ token }) => token).filter(token => token !== tokenOf(session.capture_url))
      return {
        ...session,
        result: this.results.find(isIts),
        ...pick(this.captures.find(isIts) ?? { session_id: session.id }, ...CAPTURE_FIELDS),
        links: links.length > 0 ? links : undefined,
        tokens: tokens.length > 0 ? tokens : undefined
      }
    })
  }

  listKeys (): object[] {
    return this.keys.filter(kept => this.isAlive(kept)).map(({ key, apiKey, session, first, replays }) => ({
      key, api_key: mask(apiKey), session_id: session, first_seen_at: iso(first), replays, expires_at: iso(first + DAY)
    }))
  }

  isAlive ({ first }: Kept): boolean {
    return this.now < first + DAY
  }

  seed (fixtures: Fixture[], sandbox: boolean): { status: number, body: string } {
    const taken = fixtures.find(({ id }) => this.sessions.some(session => session.id === id))
    if (taken !== undefined) {
      const { status, body } = error(409, 'conflict', `Session ${String(taken.id)} already exists.`)
      return { status, body: JSON.stringify(body) }
    }
    const { sessions, results, captures, links, tokens } = documentsOf(fixtures, this.now, sandbox)
    this.sessions.push(...sessions)
    this.results.push(...results)
    this.captures.push(...captures)
    this.links.push(...links)
    this.tokens.push(...tokens)
    for (const session of sessions) this.awaitExpiry(session)
    return { status: 201, body: JSON.stringify(sessions) }
  }

  remove (id: string): number {
    const before = this.sessions.length
    this.expiries.delete(id)
    const token = tokenOf(this.sessions.find(session => session.id === id)?.capture_url ?? null)
    const isOther = (one: { session_id: string }) => one.session_id !== id
    this.sessions = this.sessions.filter(session => session.id !== id)
    this.results = this.results.filter(isOther)
    this.captures = this.captures.filter(isOther)
    this.links = this.links.filter(isOther)
    this.tokens = this.tokens.filter(one => one.token !== token)
    return this.sessions.length < before ? 204 : 404
  }
}
