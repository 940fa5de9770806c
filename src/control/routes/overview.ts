/** A stand-in until the call is merged. */
export interface Overview {
  version: string
  isolated: boolean
  workspaces: { id: string, api_key: string }[]
  operations: string[]
  counts: { requests: number, sessions: number, deliveries: number, endpoints: number, idempotency_keys: number, faults: number }
  dropped_requests: number
  clock: { now: string, frozen: boolean }
  webhooks: { held: boolean, timing: 'before' | 'after' | number, dropped: number }
}
