import { randomInt } from 'node:crypto'
import { Clock } from './clock.js'
import { Faults } from './faults/faults.js'
import { FixtureSet, type NamedFixture } from './fixtures/fixture-set.js'
import { completeFixtures, type SessionDocuments } from './fixtures/complete-fixtures.js'
import type { Fixture } from './fixtures/fixture.js'
import { type IdempotencyRecord, isExpired } from './idempotency/record.js'
import { toFixtures } from './fixtures/saved-fixtures.js'
import type { Journal } from './journal/journal.js'
import { newId } from './new-id.js'
import { type RateLimitOptions, RateLimits } from './rate-limits.js'
import type { Bases } from './fixtures/base.js'
import { removalOf } from './sessions/direct.js'
import { expiriesAfter, SESSION_EXPIRE } from './sessions/expiry.js'
import type { Environment, Session } from './sessions/session.js'
import { restoreDueItem, restoreKey, saveDueItem, saveKey, type State } from './state.js'
import type { Store } from './store.js'
import type { DeliveryDocument } from './webhooks/delivery.js'
import { type DueHandler, Timeline, type TimelineOptions } from './timeline.js'
import { timestamp } from '../contract/time.js'
import { notifying } from './webhooks/notifying.js'
import { completeEndpoint, restoreDelivery, saveDelivery, type SavedEndpoint } from './webhooks/saved.js'
import { attemptOf, WEBHOOK_ATTEMPT } from './webhooks/schedule.js'
import { Webhooks, type WebhooksOptions } from './webhooks/webhooks.js'
import type { World } from './world.js'

/** What every world begins with. */
export interface InitialState extends Omit<State, 'sessions'> {
  readonly fixtures: FixtureSet
}

/** Makes a store. */
type CreateStore = (options: Bases & {
  /** Called with each idempotency key that is evicted because there are too many, or too large ones. */
  onEvict: (record: IdempotencyRecord) => void
  /** Called with each webhook delivery that is dropped because there are too many, or too large ones. */
  onDrop: (delivery: DeliveryDocument) => void
  /** Called after a step that changed due items. */
  onDue: () => void
}) => Store

/** A journal that can go on in another world of its workspace. */
interface WorkspaceJournal extends Journal {
  /** A journal with the same exchanges, to which others are added. */
  copy (): WorkspaceJournal
}

export interface WorkspaceOptions extends RateLimitOptions {
  /** The state that a new world begins with, as it is now: fixtures may be read again. */
  initialState: () => InitialState
  createStore: CreateStore
  createJournal: () => WorkspaceJournal
  /** Where the mock is, for the capture URLs of fixtures. */
  publicUrl?: string | undefined
  webhooks: WebhooksOptions
  /** The webhook endpoints of a state that does not say which it has; by default none. */
  webhookEndpoints?: readonly SavedEndpoint[]
  /** Called when the first idempotency key is evicted within its 24 hours. */
  onFirstEviction: () => void
  /** The handlers of due items, by type. */
  dueHandlers?: Readonly<Record<string, DueHandler>>
  /** Called when a due item could not be carried out. */
  onTimelineError: TimelineOptions['onError']
}

/** Fixtures that were read again: IDs that are gone or changed, and fixtures that are new or changed. */
export interface FixtureChanges {
  outdated: readonly string[]
  updated: readonly NamedFixture[]
}

/** One isolated set of state. Two workspaces share nothing but immutable fixtures. */
export class Workspace {
  readonly #options: WorkspaceOptions
  #world: World
  #journal: WorkspaceJournal
  // starts at random, so that a client notices when the mock was restarted, or the workspace was made again
  #generation = randomInt(2 ** 32)
  #closed = false

  constructor (options: WorkspaceOptions) {
    this.#options = options
    this.#journal = options.createJournal()
    this.#world = this.#createWorld(options.initialState(), new Faults())
  }

  /** The state from the last reset on. A request keeps the one in which it arrived. */
  get world (): World {
    return this.#world
  }

  /** Whether it was closed, because the mock was, or because there were too many workspaces. */
  get closed (): boolean {
    return this.#closed
  }

  /** How many idempotency keys were evicted within their 24 hours, because there were too many, or too large ones. */
  get evictedIdempotencyKeys (): number {
    return this.#world.evictedIdempotencyKeys
  }

  /** Returns to the initial state. */
  reset (): void {
    this.#replace(this.#options.initialState(), new Faults(), this.#options.createJournal())
  }

  /** The whole state, without journal and faults. */
  async save (): Promise<State> {
    const { store, clock } = this.#world
    const now = clock.now()
    // asked for in one turn, so that no step comes between a session and the idempotency key that changed it
    const [sessions, results, captures, links, tokens, records, endpoints, deliveries, allDueItems] = await Promise.all([
      listSessions(store), store.list('results'), store.list('captures'), store.list('links'), store.list('tokens'),
      store.list('idempotency'), store.list('endpoints'), store.list('deliveries'), store.list('due')
    ])
    // those that expire sessions follow from the sessions, and those that send deliveries from the deliveries
    const dueItems = allDueItems.filter(({ type }) => type !== SESSION_EXPIRE && type !== WEBHOOK_ATTEMPT)
    // a list without endpoints says that those of the options were deleted
    const hasEndpoints = endpoints.length + (this.#options.webhookEndpoints?.length ?? 0) > 0
    return {
      sessions: toFixtures({ sessions, results, captures, links, tokens }),
      idempotency_keys: records.filter(record => !isExpired(record, now)).map(saveKey),
      ...(dueItems.length > 0 && { timeline: dueItems.map(saveDueItem) }),
      ...(hasEndpoints && { webhook_endpoints: [...endpoints] }),
      ...(deliveries.length > 0 && { webhook_deliveries: deliveries.map(saveDelivery) }),
      clock: { now: timestamp(now), frozen: clock.frozen }
    }
  }

  /**
   * Replaces the state by a checked one. What it leaves out is empty; without endpoints it has those of the options. The journal, the
   * faults, and when webhooks are sent stay.
   */
  restore ({ sessions, saved_at, ...rest }: State): void {
    const { faults, webhooks: { held, timing } } = this.#world
    const named = sessions.map(fixture => ({ ...fixture, id: fixture.id ?? newId('ses_') }))
    // a copy: a request of the old world that is still delayed must not appear in the new one's journal
    this.#replace({ ...rest, fixtures: new FixtureSet(named, this.#options.publicUrl) }, faults, this.#journal.copy())
    Object.assign(this.#world.webhooks, { held, timing })
  }

  /** Takes over fixtures that were read again. All other sessions stay. */
  async refresh ({ outdated, updated }: FixtureChanges): Promise<void> {
    const { store, clock } = this.#world
    const gone = [...outdated, ...updated.map(({ id }) => id)]
    const documents = this.complete(updated)
    const due = expiriesAfter(clock.now(), documents.sessions)
    await store.transact({ sessions: gone, links: gone }, found => ({ deletes: removalOf(gone, found), puts: { ...documents, due } }))
  }

  /**
   * The documents of checked fixtures, as they would be in this workspace.
   * @param environment where a session belongs when its fixture does not say
   */
  complete (fixtures: readonly Fixture[], environment?: Environment): SessionDocuments {
    return completeFixtures(fixtures, this.#world.clock.now(), environment, this.#options.publicUrl)
  }

  /** Stops the timeline and the webhooks for good. */
  close (): void {
    this.#closed = true
    this.#stop()
  }

  #stop (): void {
    this.#world.timeline.stop()
    this.#world.webhooks.stop()
  }

  #replace (state: InitialState, faults: Faults, journal: WorkspaceJournal): void {
    this.#stop()
    this.#journal = journal
    this.#world = this.#createWorld(state, faults)
  }

  #createWorld (state: InitialState, faults: Faults): World {
    const { createStore, dueHandlers = {}, webhookEndpoints = [], onTimelineError, onFirstEviction } = this.#options
    const clock = new Clock()
    const since = startClock(clock, state)
    const now = clock.now()
    const store = createStore({
      sessions: state.fixtures.sessionsAt(now),
      results: state.fixtures.resultsAt(now),
      captures: state.fixtures.captures,
      links: state.fixtures.links,
      tokens: state.fixtures.tokens,
      due: state.fixtures.expiriesAt(since),
      onEvict: record => {
        if (isExpired(record, clock.now())) return
        if (++world.evictedIdempotencyKeys === 1) onFirstEviction()
      },
      onDrop: () => webhooks.dropped++,
      onDue: () => timeline.schedule()
    })
    const webhooks = new Webhooks(this.#options.webhooks, { store, clock, faults })
    const handlers: Record<string, DueHandler> = { [WEBHOOK_ATTEMPT]: webhooks.dueHandler }
    for (const [type, handler] of Object.entries(dueHandlers)) handlers[type] = notifying(handler, webhooks.notify)
    const timeline = new Timeline({ store, clock, handlers, onError: onTimelineError })
    const rateLimits = new RateLimits(this.#options)
    const generation = this.#generation++
    const world = { generation, clock, store, timeline, faults, journal: this.#journal, rateLimits, webhooks, evictedIdempotencyKeys: 0 }
    const idempotency = (state.idempotency_keys ?? []).map(restoreKey)
    const endpoints = (state.webhook_endpoints ?? webhookEndpoints).map(endpoint => completeEndpoint(endpoint, now))
    const deliveries = (state.webhook_deliveries ?? []).map(restoreDelivery)
    const attempts = deliveries.filter(({ status, held }) => status === 'pending' && !held).map(attemptOf)
    const due = [...(state.timeline ?? []).map(restoreDueItem), ...attempts]
    if (idempotency.length + endpoints.length + deliveries.length + due.length > 0) {
      void store.transact({}, () => ({ puts: { idempotency, endpoints, deliveries, due } }))
    }
    timeline.schedule()
    return world
  }
}

/**
 * Sets the clock to that of a state. One that ran has gone on since the state was saved, while no mock ran.
 * @returns the time up to which everything that was due had happened
 */
function startClock (clock: Clock, { clock: saved, saved_at: savedAt }: InitialState): number {
  if (saved === undefined) return clock.now()
  const since = Date.parse(saved.now)
  clock.freeze(saved.frozen)
  clock.set(since)
  if (savedAt === undefined || saved.frozen) return clock.now()
  clock.set(since + Math.max(clock.machineTime() - Date.parse(savedAt), 0))
  return since
}

/** All sessions: those of the sandbox, then the live ones, each in the order in which they were added. */
export async function listSessions (store: Store): Promise<readonly Session[]> {
  const sessions = await store.list('sessions')
  return [...sessions.filter(session => session.is_sandbox), ...sessions.filter(session => !session.is_sandbox)]
}
