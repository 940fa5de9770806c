/** What stands for the placeholders of a case. */
export interface Words {
  own: string
  session_id: string
  api_key: string
}

/** A value whose texts, the names of members included, have their placeholders filled in; see `Step`. */
export function fillPlaceholders<T> (value: T, words: Words): T {
  if (typeof value === 'string') return fillText(value, words) as T
  if (Array.isArray(value)) return value.map(item => fillPlaceholders(item as unknown, words)) as T
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value as Record<string, unknown>)
  return Object.fromEntries(members.map(([name, item]) => [fillText(name, words), fillPlaceholders(item, words)])) as T
}

function fillText (text: string, words: Words): string {
  return text.replace(/\{(own|session_id|api_key)(?::(\d+))?\}/g, (_, word: keyof Words, length = '0') => words[word].padEnd(Number(length), 'x'))
}
