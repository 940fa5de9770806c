import type { JournalEntry } from '../../../../domain/journal/entry.js'

/** The other headers that change what the mock does. What a client adds by itself is left out. */
const telling = ['key-inflection', 'verifa-version', 'x-mock-fault']

/**
 * A request as a command of curl, with `$VERIFA_API_KEY` in place of its API key.
 * @param origin where the mock is, without a slash at its end
 */
export function curlOf ({ method, path, idempotency_key: key, request: { headers, body } }: JournalEntry, origin: string): string {
  const lines = [`curl -X ${method} ${urlOf(path, origin)}`]
  if (headers['x-api-key'] !== undefined) lines.push('-H "X-API-Key: $VERIFA_API_KEY"')
  // not from the headers, where it is as Node.js reads UTF-8
  if (key !== null) lines.push(`-H ${quote(`idempotency-key: ${key}`)}`)
  for (const name of telling) if (headers[name] !== undefined) lines.push(`-H ${quote(`${name}: ${headers[name] as string}`)}`)
  if (body !== null) lines.push('-H \'content-type: application/json\'', `--data-raw ${quote(jsonOf(body))}`)
  if (/[[\]{}]/.test(path)) lines.push('--globoff')
  return lines.join(' \\\n  ')
}

/**
 * The URL of a request, with the target beside it where curl would change it: curl leaves out dot segments and what follows a `#`, and
 * whatever does not begin with a slash would become a part of the host, to which the API key is sent.
 */
function urlOf (path: string, origin: string): string {
  if (path.startsWith('/') && !/#|\/(?:\.|%2e){1,2}(?:[/?]|$)/i.test(path)) return quote(origin + path)
  const prefix = path.startsWith('/') ? new URL(origin).pathname.replace(/\/$/, '') : ''
  return `${quote(origin)} --request-target ${quote(prefix + path)}`
}

/** A value as JSON. A terminal takes a pasted DEL for the key that deletes, and with it the quote before, so it is escaped. */
function jsonOf (value: unknown): string {
  return JSON.stringify(value).replace(/[\x7f-\x9f]/g, character => `\\u00${character.charCodeAt(0).toString(16)}`)
}

/** A text as one word of a shell. */
function quote (text: string): string {
  return `'${text.replaceAll('\'', '\'\\\'\'')}'`
}
