import fc from 'fast-check'
import type { Fixture } from '../../src/index.js'
import type { Document, Operation } from './document.js'
import { breakage } from './breakages.js'
import { type Schema, valueOf } from './values.js'

/** A request as it goes over the wire. */
export interface Request {
  /** The path of the document that it is meant for; `undefined` when its own path was made another. */
  route: string | undefined
  method: string
  path: string
  /** In order, and a name may come twice. */
  headers: [name: string, value: string][]
  payload: string | Buffer | undefined
  /** Whether it is as the document allows. */
  sound: boolean
}

/** The sessions at the start of every run, in every state that matters. */
export const fixtures: Fixture[] = [
  {
    id: 'ses_a', status: 'pending', created_at: '2026-01-05T09:00:00.000Z', metadata: { plan: 'free', snake_key: 1 }, redirect_url: 'https://example.com/?a=b',
    links: [{
      id: 'lnk_a', capture_url: 'http://localhost/verify/cap_ses_a', status: 'active', expires_at: '2100-01-01T00:00:00.000Z', created_at: '2026-01-05T09:00:00.000Z'
    }]
  },
  { id: 'ses_b', status: 'completed', retention_status: 'sensitive_redacted' },
  { id: 'ses_review', status: 'under_review', case_id: 'case_1', case_status: 'open', checks: ['age'], result: { status: 'needs_review' } },
  { id: 'ses_redacted', status: 'completed', retention_status: 'redacted' },
  { id: 'ses_live', is_sandbox: false, status: 'capturing' },
  { id: 'ü /%?', status: 'expired' }
]

/** What requests have in common, so that they meet: the same session, the same key. Delays are zero, so that they cost no time. */
const known = {
  'id': ['ses_new', 'ses_a', 'ü /%?'],
  'session_id': ['ses_a', 'ses_a', 'ses_a', 'ses_b', 'ses_review', 'ses_live', 'ses_live', 'ses_redacted', 'ü /%?', 'ses_none'],
  'token': ['ses_a', 'cap_ses_a', 'ses_live', 'ses_b'],
  'session_ids': [['ses_a'], ['ses_b', 'ses_none', 'ses_b'], ['ses_review', 'ses_redacted', 'ses_live']],
  'tag': ['vip'],
  'tags': [['vip', 'a'], []],
  'journal_id': ['1', '2', '3', '99'],
  'fault_id': ['fault_1', 'fault_2', 'fault_3'],
  'idempotency_key': ['k1', 'k2'],
  'operation': ['updateSession', 'createSession'],
  'method': ['PATCH', 'POST'],
  'Idempotency-Key': ['k1', 'k1', 'k2'],
  'external_ref': ['order-1', '', 'ü'],
  'then': [{ status: 503 }, { status: 418, error: 'teapot', detail: 'Short.', headers: { 'X-A': 'b' } }, { drop: 'before' }, { drop: 'after' }],
  'delay_ms': [0]
}

const apiKey = fc.constantFrom('vk_sandbox_a', 'vk_sandbox_a', 'vk_sandbox_a', 'vk_live_a', 'vk_sandbox_b')
const injectedFault = fc.constantFrom('status=429', 'status=503', 'drop=before', 'drop=after')

/** A header's value: ASCII text, which every client sends alike. */
function headerValue (schema: Schema): fc.Arbitrary<string> {
  const isFree = schema.format === undefined && schema.enum === undefined
  return isFree ? fc.stringMatching(/^[!-~]([ -~]{0,30}[!-~])?$/) : valueOf(schema) as fc.Arbitrary<string>
}

/** Text for a URL. Half of a surrogate pair has no encoding and is replaced. */
function encoded (text: string): string {
  return encodeURIComponent(Buffer.from(text).toString())
}

/** Values for the parameters of one place; optional ones may be left out. */
function parametersIn (place: string, { parameters }: Operation): fc.Arbitrary<Record<string, string | number>> {
  const inPlace = parameters.filter(parameter => parameter.in === place)
  const entries = inPlace.map(({ name, schema }): [string, fc.Arbitrary<string | number>] => {
    const usual = known[name as keyof typeof known] as string[] | undefined
    const any = place === 'header' ? headerValue(schema) : valueOf({ ...schema, minLength: 1 }, known).map(String)
    return [name, usual === undefined ? any : fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...usual) }, any)]
  })
  const requiredKeys = place === 'path' ? entries.map(([name]) => name) : []
  return fc.record(Object.fromEntries(entries), { requiredKeys, noNullPrototype: true })
}

/** The requests that an operation of the document allows. */
function requestTo (operation: Operation): fc.Arbitrary<Request> {
  const { method, path, body } = operation
  const isApi = !path.startsWith('/_mock/')
  const noFault = { weight: 12, arbitrary: fc.constant(undefined) }
  return fc.record({
    prefix: fc.boolean(),
    ids: parametersIn('path', operation),
    query: parametersIn('query', operation),
    headers: parametersIn('header', operation),
    apiKey: isApi ? apiKey : fc.option(apiKey, { nil: undefined }),
    fault: isApi ? fc.oneof(noFault, injectedFault) : fc.constant(undefined),
    body: body === undefined ? fc.constant(undefined) : valueOf(body, known)
  }).map(({ prefix, ids, query, headers, apiKey, fault, body }): Request => {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encoded(String(ids[name])))
    const search = Object.entries(query).map(([name, value]) => `${name}=${encoded(String(value))}`).join('&')
    const type = body === undefined ? undefined : 'application/json'
    const sent = { 'Host': 'localhost', 'X-API-Key': apiKey, ...headers, 'X-Mock-Fault': fault, 'Content-Type': type }
    return {
      route: path,
      method: method.toUpperCase(),
      path: (isApi && prefix ? filled.replace('/api/v1', '') : filled) + (search === '' ? '' : `?${search}`),
      headers: Object.entries(sent).filter((header): header is [string, string] => header[1] !== undefined),
      payload: body === undefined ? undefined : JSON.stringify(body),
      sound: true
    }
  })
}

/** Shortens what is printed of a request that broke a law. */
function shorten (request: Request): Request {
  const { payload } = request
  const shown = { ...request, payload: payload !== undefined && payload.length > 300 ? `${payload.slice(0, 150).toString()}… ${payload.length} characters` : payload }
  return Object.assign(request, { [fc.toStringMethod]: () => fc.stringify(shown) })
}

/** How often an operation is chosen: those of the API above all, and of them the update, which has the most laws. */
function weightOf ({ id, path }: Operation): number {
  return id === 'updateSession' ? 60 : path.startsWith('/_mock/') ? 1 : 5
}

/** Requests to all operations: half of them as the document allows, the others broken once or twice. */
export function anyRequest ({ operations }: Document): fc.Arbitrary<Request> {
  const sound = fc.oneof(...operations.map(operation => ({ weight: weightOf(operation), arbitrary: requestTo(operation) })))
  const breakages = fc.oneof(fc.constant([]), fc.array(breakage, { minLength: 1, maxLength: 2 }))
  return fc.tuple(sound, breakages).map(([request, breakages]) =>
    breakages.reduce((broken, breakIt) => breakIt(broken), breakages.length === 0 ? request : { ...request, sound: false })).map(shorten)
}
