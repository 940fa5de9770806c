import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Overview } from '../../routes/overview.js'

const none: Overview = {
  version: '', isolated: false, workspaces: [], operations: [],
  counts: { requests: 0, sessions: 0, deliveries: 0, endpoints: 0, idempotency_keys: 0, faults: 0 },
  dropped_requests: 0, clock: { now: '1970-01-01T00:00:00.000Z', frozen: true }, webhooks: { held: false, timing: 'after', dropped: 0 }
}

/** What the mock and the workspace have; all views share it. */
const OverviewContext = createContext(none)
export const OverviewProvider = OverviewContext.Provider
export const useOverview = (): Overview => useContext(OverviewContext)
