import type { JournalEntry } from '../../src/index.js'

/** What the journal has of a request; `sent` is its body, if that was read. */
export type Line = Omit<JournalEntry, 'id' | 'request_id' | 'duration_ms' | 'request' | 'response' | 'deliveries'> & { sent: unknown }

const NAMES = [
  'at', 'method', 'path', 'operation', 'session_id', 'api_key', 'idempotency_key', 'replayed', 'fault', 'status', 'sent', 'reason', 'changes'
] as const

/** The same as text, without what a model cannot know. */
export function lineOf (line: Line): string {
  return JSON.stringify(NAMES.map(name => [name, line[name]]))
}

/** An API key, masked. */
export function mask (apiKey: string): string {
  const prefix = /^vk_(pub_)?(live|sandbox)_/.exec(apiKey)?.[0] ?? ''
  return `${prefix}…${apiKey.length - prefix.length > 8 ? apiKey.slice(-4) : ''}`
}
