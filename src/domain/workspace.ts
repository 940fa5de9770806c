import { timestamp } from '../contract/time.js'
import { Clock, setTo, timeOf, withFrozen } from './clock.js'
import type { ClockSetting } from './clock.js'
import type { DueHandler } from './due-item.js'
import { Faults } from './faults/faults.js'
import { completeFixtures, type SessionDocuments } from './fixtures/complete-fixtures.js'
import type { Fixture } from './fixtures/fixture.js'
import { FixtureSet, type NamedFixture } from './fixtures/fixture-set.js'
import { toFixtures } from './fixtures/saved-fixtures.js'
import { isExpired } from './idempotency/record.js'
import { newId } from './new-id.js'
import { type RateLimitOptions, RateLimits } from './rate-limits.js'
import { read } from './read.js'
import { removalOf } from './sessions/direct.js'
import { expiriesAfter, SESSION_EXPIRE } from './sessions/expiry.js'
import type { Environment, Session } from './sessions/session.js'
import { initialSettings, settingIn } from './settings.js'
import { restoreDueItem, restoreKey, saveDueItem, saveKey, type State } from './state.js'
import type { Store } from './store.js'
import { Timeline, type TimelineOptions } from './timeline.js'
import { notifying } from './webhooks/notifying.js'
import { completeEndpoint, restoreDelivery, saveDelivery, type SavedEndpoint } from './webhooks/saved.js'
import { attemptOf, WEBHOOK_ATTEMPT, WEBHOOK_SEND } from './webhooks/schedule.js'
import { Webhooks, type WebhooksOptions } from './webhooks/webhooks.js'
import type { World } from './world.js'
import type { Beginning, Worlds, WorldState } from './worlds.js'

/** The state that every world begins with. */
export interface InitialState extends Omit<State, 'sessions'> {
  readonly fixtures: FixtureSet
}

export interface WorkspaceOptions extends RateLimitOptions {
  /** Returns the state that a new world begins with. It changes when fixtures are reloaded. */
  initialState: () => InitialState
  /** Stores the worlds. */
  worlds: Worlds
  /** The mock's public URL, for the capture URLs of fixtures. */
  publicUrl?: string | undefined
  webhooks: WebhooksOptions
  /** The webhook endpoints of a state without `webhook_endpoints`; by default, none. */
  webhookEndpoints?: readonly SavedEndpoint[]
  /** The handlers of due items, by type. */
  dueHandlers?: Readonly<Record<string, DueHandler>>
  /** Called when a due item could not be carried out. */
  onTimelineError: TimelineOptions['onError']
}

/** Reloaded fixtures: the IDs of removed and changed ones, and the new and changed fixtures. */
export interface FixtureChanges {
  outdated: readonly string[]
  updated: readonly NamedFixture[]
}

/** The due items that follow from documents: those that expire sessions, and those that send deliveries. */
const following: ReadonlySet<string> = new Set([SESSION_EXPIRE, WEBHOOK_ATTEMPT, WEBHOOK_SEND])

/** One isolated set of state. Two workspaces share nothing but immutable fixtures. */
export class Workspace {
  readonly #options: WorkspaceOptions
  #world: World | undefined
  #closed = false

  constructor (options: WorkspaceOptions) {
    this.#options = options
  }

  /**
   * The present world: the state since the last reset. A request keeps the world in which it arrived. Returns a promise only if other
   * processes share the state.
   */
  enter (): World | Promise<World> {
    const state = this.#options.worlds.present(machineTime => this.#beginning(this.#options.initialState(), machineTime))
    return state instanceof Promise ? state.then(state => this.#worldOf(state)) : this.#worldOf(state)
  }

  /** The world that was entered last. */
  get world (): World {
    const world = this.#world ?? this.enter()
    if (world instanceof Promise) throw new Error('nobody has entered the workspace')
    return world
  }

  /** Whether the workspace was closed: with the mock, or because there were too many workspaces. */
  get closed (): boolean {
    return this.#closed
  }

  /** Restores the initial state. */
  async reset (): Promise<void> {
    const { worlds, initialState } = this.#options
    const state = worlds.replace(machineTime => this.#beginning(initialState(), machineTime), false)
    this.#worldOf(state instanceof Promise ? await state : state)
  }

  /** The whole state, without journal and faults. */
  async save (): Promise<State> {
    const { documents, now } = await this.world.store.snapshot()
    const { sessions, idempotency, endpoints, deliveries, due } = documents
    const dueItems = due.filter(({ type }) => !following.has(type))
    // an empty list means that the endpoints of the options were deleted
    const hasEndpoints = endpoints.length + (this.#options.webhookEndpoints?.length ?? 0) > 0
    return {
      sessions: toFixtures({ ...documents, sessions: inOrder(sessions) }),
      idempotency_keys: idempotency.filter(record => !isExpired(record, now)).map(saveKey),
      ...(dueItems.length > 0 && { timeline: dueItems.map(saveDueItem) }),
      ...(hasEndpoints && { webhook_endpoints: [...endpoints] }),
      ...(deliveries.length > 0 && { webhook_deliveries: deliveries.map(saveDelivery) }),
      clock: { now: timestamp(now), frozen: settingIn(documents, 'clock').frozenAt !== null }
    }
  }

  /**
   * Replaces the state with a checked one. Fields that it leaves out are empty, except for the endpoints, which are then those of the
   * options. The journal, the faults, and the timing of webhooks stay.
   */
  async restore ({ sessions, saved_at, ...rest }: State): Promise<void> {
    const named = sessions.map(fixture => ({ ...fixture, id: fixture.id ?? newId('ses_') }))
    const fixtures = new FixtureSet(named, this.#options.publicUrl)
    const state = this.#options.worlds.replace(machineTime => this.#beginning({ ...rest, fixtures }, machineTime), true)
    this.#worldOf(state instanceof Promise ? await state : state)
  }

  /** Applies reloaded fixtures. All other sessions stay. */
  async refresh ({ outdated, updated }: FixtureChanges): Promise<void> {
    const { store, clock } = this.world
    const gone = [...outdated, ...updated.map(({ id }) => id)]
    const documents = this.complete(updated)
    const due = expiriesAfter(clock.now(), documents.sessions)
    await store.transact({ sessions: gone, links: gone }, found => ({ deletes: removalOf(gone, found), puts: { ...documents, due } }))
  }

  /**
   * The documents of checked fixtures, as they would be in this workspace.
   * @param environment the environment of sessions whose fixture sets none
   */
  complete (fixtures: readonly Fixture[], environment?: Environment): SessionDocuments {
    return completeFixtures(fixtures, this.world.clock.now(), environment, this.#options.publicUrl)
  }

  /** Stops the timeline and the webhooks permanently. */
  close (): void {
    this.#closed = true
    this.#stop()
  }

  #stop (): void {
    this.#world?.timeline.stop()
    this.#world?.webhooks.stop()
    this.#world?.store.close()
  }

  /** The beginning of a world with a state. */
  #beginning (state: InitialState, machineTime: number): Beginning {
    const { clock, since } = startClock(state, machineTime)
    const now = timeOf(clock, machineTime)
    const { fixtures, webhook_endpoints: endpoints = this.#options.webhookEndpoints ?? [] } = state
    const deliveries = (state.webhook_deliveries ?? []).map(restoreDelivery)
    const attempts = deliveries.filter(({ status, held }) => status === 'pending' && !held).map(attemptOf)
    return {
      bases: {
        sessions: fixtures.sessionsAt(now),
        results: fixtures.resultsAt(now),
        captures: fixtures.captures,
        links: fixtures.links,
        tokens: fixtures.tokens,
        due: fixtures.expiriesAt(since)
      },
      puts: {
        idempotency: (state.idempotency_keys ?? []).map(restoreKey),
        endpoints: endpoints.map(endpoint => completeEndpoint(endpoint, now)),
        deliveries,
        due: [...(state.timeline ?? []).map(restoreDueItem), ...attempts],
        settings: [clock]
      }
    }
  }

  /** The world with a state. Its parts are created when it is first seen. */
  #worldOf ({ generation, store, journal }: WorldState): World {
    if (this.#world?.store === store) return this.#world
    this.#stop()
    const { dueHandlers = {}, onTimelineError } = this.#options
    const clock = new Clock(store)
    const faults = new Faults(store)
    const webhooks = new Webhooks(this.#options.webhooks, { store, clock, faults })
    const handlers: Record<string, DueHandler> = { [WEBHOOK_ATTEMPT]: webhooks.dueHandler, [WEBHOOK_SEND]: webhooks.dueHandler }
    for (const [type, handler] of Object.entries(dueHandlers)) handlers[type] = notifying(handler, webhooks.notify)
    const timeline = new Timeline({ store, clock, handlers, onError: onTimelineError })
    const rateLimits = new RateLimits(this.#options, store)
    this.#world = { generation, clock, store, timeline, faults, journal, rateLimits, webhooks }
    if (this.#closed) this.#stop()
    else timeline.schedule()
    return this.#world
  }
}

/**
 * The clock of a state. A running clock has moved on since the state was saved, while no mock ran.
 * @returns also the time up to which everything due was carried out
 */
function startClock ({ clock: saved, saved_at: savedAt }: InitialState, machineTime: number): { clock: ClockSetting, since: number } {
  const running = initialSettings.clock
  if (saved === undefined) return { clock: running, since: timeOf(running, machineTime) }
  const since = Date.parse(saved.now)
  const passed = savedAt === undefined || saved.frozen ? 0 : Math.max(Math.floor(machineTime) - Date.parse(savedAt), 0)
  return { clock: setTo(since + passed, withFrozen(saved.frozen, running, machineTime), machineTime), since }
}

/** All sessions: those of the sandbox, then the live ones, each in the order in which they were added. */
export async function listSessions (store: Store): Promise<readonly Session[]> {
  return inOrder(await store.list('sessions'))
}

/** Some sessions, in that order: all in memory, or the newest of a shared store, which may have too many for one reply. */
export async function someSessions (store: Store): Promise<readonly Session[]> {
  if (!store.isShared) return listSessions(store)
  const newest = async (environment: Environment) =>
    (await read(store, { sessions: { newest: { where: { environment }, offset: 0, limit: 100 } } })).sessions.documents
  return [...await newest('sandbox'), ...await newest('live')]
}

function inOrder (sessions: readonly Session[]): readonly Session[] {
  return [...sessions.filter(session => session.is_sandbox), ...sessions.filter(session => !session.is_sandbox)]
}
