import { createContext } from 'preact'
import { useContext, useEffect, useRef, useState } from 'preact/hooks'
import { useApi } from './api.js'

/** Numbers that grow when a part of the workspace changes. */
export interface Revisions {
  /** Grows with each reset. */
  world: number
  /** Grows with each request to the API. */
  requests: number
  /** Grows when sessions, idempotency keys, endpoints, or deliveries change. */
  documents: number
  /** Grows when faults, the clock, or how webhooks are sent changes. */
  settings: number
}

/** What the live stream has said. */
export interface Live {
  /** Whether the stream is open. */
  open: boolean
  /** The newest numbers; `undefined` before the first. */
  revisions: Revisions | undefined
}

const LiveContext = createContext<Live>({ open: false, revisions: undefined })
export const LiveProvider = LiveContext.Provider
export const useLiveState = (): Live => useContext(LiveContext)

/**
 * Follows the live stream. It is closed while the page is hidden, because a browser has few connections to a server, and opened again
 * when somebody looks.
 * @param enabled whether the stream may be read: not before login
 */
export function useLiveStream (workspace: string | undefined, enabled: boolean): Live {
  const [live, setLive] = useState<Live>({ open: false, revisions: undefined })
  useEffect(() => {
    if (!enabled) return undefined
    let source: EventSource | undefined
    const open = () => {
      const url = new URL('events', document.baseURI)
      if (workspace !== undefined) url.searchParams.set('workspace', workspace)
      source = new EventSource(url)
      source.onopen = () => setLive(({ revisions }) => ({ open: true, revisions }))
      source.onerror = () => {
        setLive(({ revisions }) => ({ open: false, revisions }))
        if (source?.readyState === EventSource.CLOSED) setTimeout(follow, RETRY_AFTER) // a proxy said no
      }
      source.onmessage = ({ data }) => setLive({ open: true, revisions: JSON.parse(String(data)) as Revisions })
    }
    const follow = () => {
      source?.close()
      source = undefined
      if (!document.hidden) open()
    }
    follow()
    document.addEventListener('visibilitychange', follow)
    return () => {
      document.removeEventListener('visibilitychange', follow)
      source?.close()
    }
  }, [workspace, enabled])
  return live
}

/** How long to wait before a refused stream is asked for again, in milliseconds. */
const RETRY_AFTER = 2_000

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
const PAUSE = 250

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
