import assert from 'node:assert/strict'
import { ApiError } from '../../src/contract/errors.js'
import { timestamp } from '../../src/contract/time.js'
import type { Decision } from '../../src/domain/decision.js'
import type { NamedFixture } from '../../src/domain/fixtures/fixture-set.js'
import { createSession } from '../../src/domain/sessions/create.js'
import { expiryOf } from '../../src/domain/sessions/expiry.js'
import type { ResultDocument } from '../../src/domain/sessions/result.js'
import { isOpen, isRedacted, type Session, type SessionStatus } from '../../src/domain/sessions/session.js'
import type { World } from '../../src/domain/world.js'
import { NOW, read } from './examples.js'
import { workspaceOf } from './workspace-of.js'

/** What an operation is done to, and with. */
interface Subject { session: Session, result: ResultDocument | undefined, now: number, id: string }

/** An operation that can change a session, and what the design says of it. */
export interface Operation {
  name: string
  run: (subject: Subject) => Decision
  /** The statuses that it takes. */
  from: readonly string[]
  /** The status afterwards. */
  to: (before: Session) => SessionStatus
  /** What it does to a session that has been redacted. */
  redacted?: 'nothing'
}

/** A world with a session in it, to which operations are done, and what must always hold. */
export class Life {
  readonly #world: World
  #steps = 0

  private constructor (world: World) {
    this.#world = world
  }

  static async of (fixture: NamedFixture): Promise<Life> {
    const life = new Life(workspaceOf([fixture]).world)
    // a fixture may say what no operation would
    life.#check(...await life.#look())
    return life
  }

  static async ofNew (environment: 'live' | 'sandbox'): Promise<Life> {
    const life = new Life(workspaceOf([]).world)
    const creation = createSession({ external_ref: 'a', metadata: { a: 1, b: null } },
      { environment, now: NOW, id: 'ses_a', captureUrl: 'http://mock/verify/first' })
    await life.#world.store.transact({}, () => creation)
    const [session] = await life.#look()
    assert.deepEqual([session.status, session.created_at, session.updated_at], ['pending', timestamp(NOW), timestamp(NOW)])
    assert.deepEqual(creation.events, [{ type: 'session.created', session_id: 'ses_a', before: null, after: session }])
    life.#check(session, undefined)
    return life
  }

  async pass (milliseconds: number): Promise<void> {
    const { clock, timeline } = this.#world
    const [before] = await this.#look()
    const due = expiryOf(before)
    await timeline.moveTo({ advance: milliseconds })
    const [after, result] = await this.#look()
    const ranOut = due !== undefined && due.at <= clock.now()
    if (!ranOut) assert.equal(after, before)
    if (due !== undefined && ranOut) assert.deepEqual([after.status, after.updated_at], ['expired', timestamp(due.at)])
    this.#checkChange(before, after, result)
  }

  async do ({ name, run, from, to, redacted }: Operation): Promise<void> {
    const { store, clock } = this.#world
    const now = clock.now()
    const [before] = await this.#look()
    const reads = { sessions: ['ses_a'], results: ['ses_a'] }
    const subject = { now, id: `new_${++this.#steps}` }
    let decision: Decision | undefined
    try {
      decision = await store.transact(reads, ({ sessions: [session], results: [result] }) =>
        run({ session: session as Session, result, ...subject }))
    } catch (error) {
      assert.ok(error instanceof ApiError, String(error))
    }
    const isTaken = isRedacted(before) ? redacted === 'nothing' : from.includes(before.status)
    assert.equal(decision !== undefined, isTaken, `${name} of a session that is ${before.status}`)
    const [after, result] = await this.#look()
    if (decision === undefined || isRedacted(before)) assert.equal(after, before, 'nothing has changed')
    else assert.equal(after.status, to(before))
    const events = decision?.events.map(({ session_id, before, after }) => [session_id, before, after]) ?? []
    assert.deepEqual(events, after === before ? [] : [['ses_a', before, after]])
    if (after !== before) assert.equal(after.updated_at, timestamp(now))
    this.#checkChange(before, after, result)
  }

  #checkChange (before: Session, after: Session, result: ResultDocument | undefined): void {
    for (const field of ['id', 'is_sandbox', 'environment', 'created_at'] as const) assert.equal(after[field], before[field])
    assert.ok(after.updated_at >= before.updated_at)
    // what has ended begins again only with a resume
    if (['completed', 'expired', 'failed'].includes(before.status) && after.status !== before.status) assert.equal(after.status, 'pending')
    if (isRedacted(before)) assert.equal(after, before)
    this.#check(after, result)
  }

  #check (session: Session, document: ResultDocument | undefined): void {
    assert.ok(session.updated_at >= session.created_at)
    assert.deepEqual([session.capture_url !== null, session.token_expires_at !== null], [isOpen(session.status), isOpen(session.status)])
    assert.ok(session.tags.length <= 50 && new Set(session.tags).size === session.tags.length)
    if (document !== undefined) {
      const { result } = document
      assert.deepEqual([result.session_id, result.is_sandbox], [session.id, session.is_sandbox])
      assert.match(session.status, result.status === 'needs_review' ? /^under_review$/ : /^completed$/)
      if (isRedacted(session)) assert.deepEqual([result.extracted_data, result.sensitive_data_expired], [{}, true])
    }
    if (isRedacted(session)) assert.deepEqual([session.external_ref, session.metadata, session.consent_ip], [null, {}, null])
  }

  async #look (): Promise<[Session, ResultDocument | undefined]> {
    const { store } = this.#world
    const { sessions: [session], results: [result] } = await read(store, { sessions: ['ses_a'], results: ['ses_a'] })
    // a session is due as long as it can expire, and no longer
    const expiry = expiryOf(session as Session)
    assert.deepEqual(await store.list('due'), expiry === undefined ? [] : [expiry])
    return [session as Session, result]
  }
}
