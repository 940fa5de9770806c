/** How many characters of a text are told. */
const LONGEST = 300

/** An answer as it came. */
export interface Answer {
  status: number
  headers: Headers
  text: string
  /** The body as JSON; undefined when it is none. */
  json: unknown
}

/** A member of a JSON object; undefined when there is none, or no object. */
export function memberOf (json: unknown, name: string): unknown {
  return typeof json === 'object' && json !== null && Object.hasOwn(json, name) ? (json as Record<string, unknown>)[name] : undefined
}

/** An answer in a line. */
export function tell ({ status, text }: Answer): string {
  return `status ${status}, ${text === '' ? 'no body' : short(text)}`
}

/** A value, or that there is none. */
export function show (value: unknown): string {
  return value === undefined ? 'not there' : short(JSON.stringify(value))
}

/** A text, cut where it is longer than people want to read. */
export function short (text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text
}
