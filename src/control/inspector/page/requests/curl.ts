import type { JournalEntry } from '../../../../domain/journal/entry.js'

/** The headers that change what the mock does. What a client adds by itself is left out. */
const telling = ['idempotency-key', 'key-inflection', 'verifa-version', 'x-mock-fault']

/**
 * A request as a command of curl, with `$VERIFA_API_KEY` in place of its API key.
 * @param origin where the mock is, without a slash at its end
 */
export function curlOf ({ method, path, request: { headers, body } }: JournalEntry, origin: string): string {
  const lines = [`curl -X ${method} ${quote(origin + path)}`]
  if (headers['x-api-key'] !== undefined) lines.push('-H "X-API-Key: $VERIFA_API_KEY"')
  for (const name of telling) if (headers[name] !== undefined) lines.push(`-H ${quote(`${name}: ${headers[name] as string}`)}`)
  if (body !== null) lines.push('-H \'content-type: application/json\'', `--data-raw ${quote(JSON.stringify(body))}`)
  if (/[[\]{}]/.test(path)) lines.push('--globoff')
  return lines.join(' \\\n  ')
}

/** A text as one word of a shell. */
function quote (text: string): string {
  return `'${text.replaceAll('\'', '\'\\\'\'')}'`
}
