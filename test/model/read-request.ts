import type { Problem } from '../../src/index.js'
import { type Body, isObject } from './documents.js'
import { type OperationName, routes } from './request.js'

type Check = (value: unknown, loc: Problem['loc']) => Problem[]

/** A check of a value, and what is checked when it passes. */
function must (test: (value: unknown) => boolean, msg: string, type: string, next: Check = () => []): Check {
  return (value, loc) => test(value) ? next(value, loc) : [{ loc, msg, type }]
}

const text = (next?: Check) => must(value => typeof value === 'string', 'must be a string', 'string_type', next)
const list = (item: Check, next: Check = () => []) => must(Array.isArray, 'must be a list', 'list_type', (values, loc) =>
  [...next(values, loc), ...(values as unknown[]).flatMap((value, index) => item(value, [...loc, index]))])
const map = (next?: Check) => must(isObject, 'must be a JSON object', 'dict_type', next)
const oneOf = (...names: string[]) => text(must(value => names.includes(value as string), `must be one of: ${names.join(', ')}`, 'enum'))
const filled = text(must(value => value !== '', 'must not be empty', 'string_too_short'))
const isWhole = (value: unknown) => typeof value === 'string' && /^-?\d{1,15}$/.test(value)
const whole = (min: number, max: number) => must(isWhole, 'must be a whole number', 'int_type',
  must(value => Number(value) >= min, `must be ${min} or more`, 'too_small', must(value => Number(value) <= max, `must be ${max} or less`, 'too_large')))
const time = text(must(value => !Number.isNaN(Date.parse(value as string)),
  'must be a date and time, such as 2026-01-01T12:00:00.000Z', 'datetime_parsing'))
const metadata = map((values, loc) => Object.entries(values as Body)
  .filter(([, value]) => Buffer.byteLength(JSON.stringify(value)) > 16_384)
  .map(([name]) => ({ loc: [...loc, name], msg: 'must have at most 16384 bytes as compact JSON', type: 'too_large' })))
const count = (min: number, max: number): Check => must(values => (values as []).length >= min, `must have at least ${min} item`, 'too_short',
  must(values => (values as []).length <= max, `must have at most ${max} items`, 'too_long'))

const minutes = must(value => value === null || Number.isInteger(value), 'must be a whole number or null', 'int_type',
  must(value => value === null || Number(value) >= 1, 'must be 1 or more', 'too_small',
    must(value => Number(value) <= 10_080, 'must be 10080 or less', 'too_large')))

const tags = { tag: filled, tags: list(filled) }

/** The fields of bodies, in order. An operation that is not here looks at no body. */
const fields: Partial<Record<OperationName, Record<string, Check>>> = {
  createSession: {
    external_ref: text(),
    metadata,
    country: text(must(value => /^.{2}$/u.test(value as string), 'must be two characters, such as DE', 'string_pattern_mismatch')),
    checks: list(text()),
    workflow_id: text(),
    redirect_url: text(must(value => /^https?:/.test(value as string) && URL.canParse(value as string), 'must be a URL that begins with http:// or https://, such as https://example.com/done', 'url_parsing')),
    fields: map(),
    send_email: must(value => typeof value === 'boolean', 'must be true or false', 'bool_type')
  },
  updateSession: { external_ref: text(), metadata },
  generateOneTimeLink: { expires_in_minutes: minutes },
  simulateSession: { action: oneOf('approve', 'decline', 'require-review', 'expire') },
  addTag: tags,
  removeTag: tags,
  setTags: tags,
  bulkRedactSessions: { session_ids: list(text(), count(1, 100)) }
}

const page = { limit: whole(1, 100), offset: whole(0, Infinity) }

/** The parameters of queries, in order. Others are ignored. */
const parameters: Partial<Record<OperationName, Record<string, Check>>> = {
  listSessions: {
    status: oneOf('pending', 'capturing', 'processing', 'completed', 'expired', 'failed', 'awaiting_external', 'under_review', 'sandbox_pending'),
    q: text(),
    external_ref: text(),
    ...page
  },
  listResults: { status: oneOf('approved', 'rejected', 'needs_review'), created_after: time, created_before: time, ...page }
}

/** A body under the names of the API, and its problems. */
export function readBody (operation: OperationName, sent: unknown): { body: Body, problems: Problem[] } {
  const known = fields[operation]
  if (known === undefined) return { body: sent as Body, problems: [] }
  if (sent === undefined && /^(createSession|generateOneTimeLink)$/.test(operation)) sent = {}
  if (operation === 'createSession') sent = unwrapped(sent)
  if (!isObject(sent)) return { body: {}, problems: map()(sent, ['body']) }
  const problems: Problem[] = []
  const add = (name: string, msg: string, type: string) => problems.push({ loc: ['body', name], msg, type })
  const names = Object.keys(known)
  const nameOf = (spelled: string) => names.find(name => spellings(name).includes(spelled)) ?? spelled
  const given = Object.entries(sent).map(([spelled, value]): [string, unknown] => [nameOf(spelled), value])
  const body = Object.fromEntries(given)
  const has = (name: string) => Object.hasOwn(body, name)

  for (const name of ['action', 'session_ids']) if (names.includes(name) && !has(name)) add(name, 'is required', 'missing')
  for (const [name] of given) if (!names.includes(name)) add(name, `is not a field here; the fields are ${names.join(', ')}`, 'extra_forbidden')
  for (const name of names.filter(has)) problems.push(...(known[name] as Check)(body[name], ['body', name]))
  if (known === tags && !has('tag') && !has('tags')) add('tag', 'is required, or tags', 'missing')
  if (known === tags && has('tag') && has('tags')) add('tags', 'cannot come together with tag', 'value_error')
  for (const name of names) if (given.filter(([other]) => other === name).length > 1) add(name, 'comes in more than one casing', 'value_error')
  return { body, problems }
}

/** What is in the envelope. */
function unwrapped (sent: unknown): unknown {
  const data = isObject(sent) ? sent['data'] : undefined
  const attributes = isObject(data) ? data['attributes'] : undefined
  return typeof attributes === 'object' ? attributes : sent
}

/** A name in the three casings. */
function spellings (name: string): string[] {
  return [name, name.replaceAll('_', '-'), name.replace(/_./g, ([, letter]) => String(letter).toUpperCase())]
}

/** The parameters that the operation knows, and their problems. */
export function readQuery (operation: OperationName, text: string): { query: Body, problems: Problem[] } {
  const sent = new URLSearchParams(text)
  const known = Object.entries(parameters[operation] ?? {}).filter(([name]) => sent.has(name))
  const values = known.map(([name]): [string, unknown] => [name, sent.getAll(name).length > 1 ? sent.getAll(name) : sent.get(name)])
  const problems = known.flatMap(([name, check], index) => check(values[index]?.[1], ['query', name]))
  return { query: Object.fromEntries(values.map(([name, value]) => [name, name in page ? Number(value) : value])), problems }
}

/** What the journal says of parameters that the operation does not know. */
export function hintOf (operation: OperationName, text: string): string | null {
  const unknown = [...new URLSearchParams(text).keys()].filter(name => !Object.hasOwn(parameters[operation] ?? {}, name))
  return unknown.length === 0 ? null : unknown.map(name => `unknown query parameter ${name}`).join(', ')
}

/** The problems of headers; only an operation that changes something looks at the idempotency key. */
export function problemsOfHeaders (operation: OperationName, headers: Record<string, string | undefined>): Problem[] {
  const { 'verifa-version': version, 'key-inflection': casing, 'idempotency-key': key } = headers
  const problems: Problem[] = []
  const add = (name: string, msg: string, type: string) => problems.push({ loc: ['header', name], msg, type })
  if (version !== undefined && !/^\d/.test(version)) add('Verifa-Version', 'must be a calendar date, such as 2026-01-01', 'date_parsing')
  if (casing !== undefined && !/^(snake|camel|kebab)$/.test(casing)) add('Key-Inflection', 'must be one of: snake, camel, kebab', 'enum')
  if (routes[operation][0] === 'GET') return problems
  if (key === '') add('Idempotency-Key', 'must not be empty', 'string_too_short')
  if (key !== undefined && key.length > 255) add('Idempotency-Key', 'must have at most 255 characters', 'string_too_long')
  return problems
}
