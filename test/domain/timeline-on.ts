import { Clock } from '../../src/domain/clock.js'
import type { Store } from '../../src/domain/store.js'
import type { DueHandler, DueItem } from '../../src/domain/due-item.js'
import { Timeline } from '../../src/domain/timeline.js'
import { dueItem, memoryStore, NOW } from './examples.js'
import type { Machine } from './machine.js'

/** A timeline on a machine whose time the test controls, and what it has carried out: IDs with the time of the clock. */
export function timelineOn (
  machine: Machine, moreHandlers: Record<string, DueHandler> = {}, wrap = (store: Store) => store, store: Store = memoryStore()
) {
  const done: [id: string, clock: number][] = []
  const failed: [id: string | undefined, message: string][] = []
  const wrapped = wrap(store)
  const clock = new Clock(wrapped)
  const note = (item: DueItem) => done.push([item.id, clock.now() - NOW])
  const handlers: Record<string, DueHandler> = {
    test: {
      reads: () => ({}),
      decide: item => {
        note(item)
        return {}
      }
    },
    follow: {
      reads: () => ({}),
      decide: item => {
        note(item)
        return { puts: { due: [dueItem(`${item.id}+`, item.at + 5)] } }
      }
    },
    repeat: {
      reads: () => ({}),
      decide: item => {
        note(item)
        return { puts: { due: [dueItem(item.id, item.at + 10)] }, deletes: { due: ['a'] } }
      }
    },
    fail: {
      reads: () => ({}),
      decide: () => {
        throw new Error('failed')
      }
    },
    ...moreHandlers
  }
  const timeline = new Timeline({
    store: wrapped,
    clock,
    handlers,
    onError: (error, item) => failed.push([item?.id, (error as Error).message])
  })
  const put = async (...due: DueItem[]) => {
    await store.transact({}, () => ({ puts: { due } }))
    await machine.settle()
  }
  const cancel = async (id: string) => store.transact({}, () => ({ deletes: { due: [id] } }))
  return { store, clock, timeline, done, failed, put, cancel }
}

/** The items that are not carried out yet: IDs with their times. */
export const pending = async (store: Store) => (await store.list('due')).map(({ id, at }) => [id, at - NOW])

/** A handler whose effects last until the test ends them. */
export function slowHandler () {
  const begun: string[] = []
  const underWay: { id: string, end: (error?: Error) => void }[] = []
  const slow: DueHandler = {
    reads: () => ({}),
    decide: () => ({}),
    effect: async ({ id }) => new Promise((resolve, reject) => {
      begun.push(id)
      underWay.push({ id, end: error => error === undefined ? resolve() : reject(error) })
    })
  }
  /** Ends the effect of an item, of several the one that began first. */
  const end = (id: string, error?: Error) => {
    const index = underWay.findIndex(effect => effect.id === id)
    underWay.splice(index, 1)[0]?.end(error)
  }
  return { slow, begun, end }
}
