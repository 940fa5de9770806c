import fc from 'fast-check'
import { often, usually } from './often.js'
import { type OperationName, routes } from './request.js'

const someValue = fc.constantFrom(null, null, 0, 1.5, '', 'ü\u2028"\ud800', false, [], [null, { a: null }], { b: 1, a: { d: null, c: [1, 2] } })
const metadataEntry = fc.tuple(
  fc.constantFrom('plan', 'snake_key', 'a', 'camelKey', '7', '__proto__'), often(someValue, fc.jsonValue({ maxDepth: 1 }), 8)
)
export const metadata = fc.array(metadataEntry, { maxLength: 3 }).map(entries => Object.fromEntries(entries))
const optional = <T>(...values: T[]) => fc.constantFrom(undefined, undefined, ...values)
const update = fc.record({
  name: fc.constantFrom('external_ref', 'externalRef', 'external-ref'),
  reference: fc.constantFrom(undefined, 'order-1', 'ü', ''),
  metadata: fc.option(metadata, { nil: undefined })
}).map(({ name, reference, metadata }) => ({ [name]: reference, metadata }))
const creation = fc.record({
  update,
  country: optional('DE', '😀é'),
  checks: optional([], ['age', '__proto__', 'age']),
  rest: optional({ 'workflow_id': 'w', 'redirectUrl': 'https://example.com/a?b=c', 'send-email': true, 'fields': { first_name: null } }),
  enveloped: fc.boolean()
}).map(({ update, country, checks, rest, enveloped }) => {
  const body = { ...update, country, checks, ...rest }
  return enveloped ? { data: { type: 'session', attributes: body }, x: 1 } : body
})
const tag = fc.constantFrom('vip', 'VIP', 'ü', 'a b')
const manyTags = Array.from({ length: 49 }, (_, index) => `tag ${index}`)
const tags = fc.oneof(tag.map(tag => ({ tag })), fc.array(tag, { maxLength: 3 }).map(tags => ({ tags })), fc.constant({ tags: [...manyTags, 'vip', 'a', 'b'] }),
  fc.constant({ tags: manyTags }))
const ids = fc.array(fc.constantFrom('ses_a', 'ses_b', 'ses_live', 'ses_none', 'ses_redacted', '<1>', '<2>'), { minLength: 1, maxLength: 3 })
const bodies: Partial<Record<OperationName, fc.Arbitrary<object | undefined>>> = {
  createSession: fc.option(creation, { nil: undefined, freq: 6 }),
  updateSession: update,
  generateOneTimeLink: fc.constantFrom(undefined, {}, { expires_in_minutes: 1 }, { expiresInMinutes: 1440 }, { 'expires-in-minutes': null }, { expires_in_minutes: 1e1 }),
  simulateSession: fc.constantFrom('approve', 'decline', 'require-review', 'expire').map(action => ({ action })),
  addTag: tags,
  removeTag: tags,
  setTags: tags,
  bulkRedactSessions: ids.map(ids => ({ sessionIds: ids }))
}

const sized = (bytes: number) => `{"metadata":{"plan":"${'x'.repeat(bytes - 2)}","a":null}}`
const oddPayloads = [undefined, '', 'null', '[]', '"x"', '{"external_ref":', '{}', '{"__proto__":{}}', '{"status":"completed","externalRef":"a","Metadata":{}}']
const oddPayloadsOf: Partial<Record<OperationName, string[]>> = {
  createSession: [
    '{"country":"DEU","checks":["a",1],"workflow_id":1,"redirectUrl":"x","redirect_url":"/x","fields":[],"send_email":"no"}', '{"data":{"attributes":null}}',
    '{"data":{"attributes":[]}}', '{"data":1}', '{"data":{"attributes":{"country":"D","x":1,"metadata":null,"external-ref":null}}}', '{"checks":"age"}',
    sized(16_384), sized(16_385)
  ],
  updateSession: [
    '{"external_ref":null}', '{"metadata":null}', '{"external_ref":1,"metadata":[]}', '{"external_ref":"a","external-ref":"a"}',
    '{"metadata":{"a":-0,"plan":1e2}}', '{"metadata":{"plan":100.0,"a":0}}', sized(16_384), sized(16_385)
  ],
  generateOneTimeLink: [
    '{"expires_in_minutes":0}', '{"expires_in_minutes":10081}', '{"expires_in_minutes":1.5}', '{"expires_in_minutes":"20"}', '{"minutes":20}',
    '{"expires_in_minutes":1,"expiresInMinutes":2}'
  ],
  simulateSession: ['{"action":"reject"}', '{"action":1,"x":1}', '{"Action":"approve"}'],
  bulkRedactSessions: [
    '{"session_ids":[]}', '{"session_ids":"ses_a"}', '{"session_ids":[1,"a",null]}', '{"session_ids":["a"],"session-ids":["b"]}',
    JSON.stringify({ session_ids: Array(101).fill('ses_a') }), JSON.stringify({ session_ids: Array(100).fill('ses_none') })
  ]
}
const oddTags = ['{"tag":"","tags":[""],"x":1}', '{"tag":null}', '{"tags":[1,""]}', '{"tags":{}}', '{"tag":"a","tags":[]}']

/** A body of an operation, as text; most of them are sound. */
export function bodyOf (operation: OperationName): fc.Arbitrary<string | undefined> {
  const odd = [...oddPayloads, ...operation.endsWith('Tag') || operation === 'setTags' ? oddTags : oddPayloadsOf[operation] ?? []]
  if (routes[operation][0] === 'GET') return fc.constant(undefined)
  const body = bodies[operation]
  if (body === undefined) return usually(fc.constant(undefined), ...odd)
  return often(body.map(body => JSON.stringify(body) as string | undefined), fc.constantFrom(...odd), 12)
}
