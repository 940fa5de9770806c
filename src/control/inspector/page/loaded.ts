import { useEffect, useRef, useState } from 'preact/hooks'
import type { Revisions } from '../../../domain/revisions.js'
import { useApi } from './api.js'
import { useLiveState } from './live.js'

/** What was loaded. */
export interface Loaded<T> {
  /** The newest data; `undefined` before the first. While other inputs are loaded, it is still the data of those before. */
  data: T | undefined
  /** Why the last load failed. */
  error: Error | undefined
  /** Loads again. */
  reload: () => void
}

/** The shortest time between two loads, in milliseconds: a busy mock should serve its clients, and nobody reads faster. */
const PAUSE = 500

/**
 * Loads what a view shows, and loads it again when something changed.
 * @param load loads it
 * @param inputs what the load depends on; a change loads at once
 * @param watched the parts of the workspace that it shows; none loads only once
 */
export function useLoaded<T> (load: () => Promise<T>, inputs: readonly unknown[], watched: readonly (keyof Revisions)[]): Loaded<T> {
  const { workspace } = useApi()
  const { revisions } = useLiveState()
  const [state, setState] = useState<State<T>>({ data: undefined, error: undefined })
  const loader = useRef<Loader<T>>(undefined)
  loader.current ??= new Loader(setState)
  const key = JSON.stringify([workspace, ...inputs])
  const seen = [revisions?.world, ...watched.map(name => revisions?.[name])].join()
  useEffect(() => loader.current?.request(key, load), [key, seen])
  useEffect(() => () => loader.current?.stop(), [])
  return { ...state, reload: () => loader.current?.request(key, load) }
}

type State<T> = Pick<Loaded<T>, 'data' | 'error'>
type OnState<T> = (change: (before: State<T>) => State<T>) => void

/** Makes one load at a time, and not more often than the pause allows. */
class Loader<T> {
  readonly #onState: OnState<T>
  #load: () => Promise<T> = async () => Promise.reject(new Error('Nothing to load.'))
  #key = ''
  #timer: ReturnType<typeof setTimeout> | undefined
  #isRunning = false
  #isWanted = false
  #lastStart = -Infinity
  #isStopped = false

  constructor (onState: OnState<T>) {
    this.#onState = onState
  }

  request (key: string, load: () => Promise<T>): void {
    if (key !== this.#key) this.#lastStart = -Infinity
    this.#key = key
    this.#load = load
    this.#isWanted = true
    this.#schedule()
  }

  stop (): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }

  #schedule (): void {
    clearTimeout(this.#timer)
    if (this.#isRunning || this.#isStopped || !this.#isWanted) return
    this.#timer = setTimeout(() => void this.#run(), Math.max(0, this.#lastStart + PAUSE - performance.now()))
  }

  async #run (): Promise<void> {
    const key = this.#key
    this.#isRunning = true
    this.#isWanted = false
    this.#lastStart = performance.now()
    try {
      const data = await this.#load()
      if (key === this.#key) this.#onState(() => ({ data, error: undefined }))
    } catch (error) {
      if (key === this.#key) this.#onState(({ data }) => ({ data, error: error as Error }))
    }
    this.#isRunning = false
    this.#schedule()
  }
}
