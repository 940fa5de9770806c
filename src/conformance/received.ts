import type { IncomingHttpHeaders } from 'node:http'

/** How many characters of a text a report shows. */
const MAX_SHOWN = 300

/** A response that was received. */
export interface Received {
  status: number
  headers: IncomingHttpHeaders
  /** The body, with the API key masked. */
  text: string
  /** The body as JSON; undefined when it is not JSON. */
  json: unknown
}

/** A field of a JSON object, or an item of a list; undefined when there is none. */
export function fieldOf (json: unknown, name: string): unknown {
  return typeof json === 'object' && json !== null && Object.hasOwn(json, name) ? (json as Record<string, unknown>)[name] : undefined
}

/** A field of a field, such as `data.0.id`; undefined when there is none. */
export function fieldAt (json: unknown, path: string): unknown {
  return path.split('.').reduce(fieldOf, json)
}

/** Describes a response in one line. */
export function describe ({ status, text }: Received): string {
  return `status ${status}, ${text === '' ? 'no body' : shorten(text)}`
}

/** A value as JSON, or `absent`. */
export function show (value: unknown): string {
  return value === undefined ? 'absent' : shorten(JSON.stringify(value))
}

/** Cuts a text that is too long for a report. */
export function shorten (text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}… (${text.length} characters)` : text
}
