import { createContext } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import type { Revisions } from '../../../domain/revisions.js'

/** How long to wait before a refused stream is asked for again, in milliseconds. */
const RETRY_AFTER = 2_000

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
    let retry: ReturnType<typeof setTimeout> | undefined
    const open = () => {
      const url = new URL('events', document.baseURI)
      if (workspace !== undefined) url.searchParams.set('workspace', workspace)
      source = new EventSource(url)
      source.onopen = () => setLive(({ revisions }) => ({ open: true, revisions }))
      source.onerror = () => {
        setLive(({ revisions }) => ({ open: false, revisions }))
        if (source?.readyState === EventSource.CLOSED) retry = setTimeout(follow, RETRY_AFTER) // a proxy said no
      }
      source.onmessage = ({ data }) => setLive({ open: true, revisions: JSON.parse(String(data)) as Revisions })
    }
    const follow = () => {
      clearTimeout(retry)
      source?.close()
      source = undefined
      if (!document.hidden) open()
    }
    follow()
    document.addEventListener('visibilitychange', follow)
    return () => {
      document.removeEventListener('visibilitychange', follow)
      clearTimeout(retry)
      source?.close()
    }
  }, [workspace, enabled])
  return live
}
