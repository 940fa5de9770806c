/** The values of placeholders by name. */
export interface Values {
  own: string
  session_id: string
  api_key: string
  webhook_url: string
  [saved: string]: unknown
}

const placeholder = /\{(\w+)(?::(\d+))?\}/g
const onlyPlaceholder = /^\{(\w+)\}$/

/**
 * Fills in the placeholders in a value's texts and field names; see `Step`.
 * @throws Error for a placeholder without a value
 */
export function fillPlaceholders<T> (value: T, values: Values): T {
  if (typeof value === 'string') return fillText(value, values) as T
  if (Array.isArray(value)) return value.map(item => fillPlaceholders(item as unknown, values)) as T
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value as Record<string, unknown>)
  return Object.fromEntries(fields.map(([name, item]) => [replaceIn(name, values), fillPlaceholders(item, values)])) as T
}

/** Fills in the placeholders of a path with percent-encoded values. */
export function fillPath (path: string, values: Values): string {
  return replaceIn(path, values, encodeURIComponent)
}

function fillText (text: string, values: Values): unknown {
  const [, name] = onlyPlaceholder.exec(text) ?? []
  return name === undefined ? replaceIn(text, values) : valueOf(name, values)
}

function replaceIn (text: string, values: Values, encode = (value: string) => value): string {
  return text.replace(placeholder, (_, name: string, length = '0') => encode(String(valueOf(name, values)).padEnd(Number(length), 'x')))
}

function valueOf (name: string, values: Values): unknown {
  if (!Object.hasOwn(values, name)) throw new Error(`No value was saved as {${name}}.`)
  return values[name]
}
