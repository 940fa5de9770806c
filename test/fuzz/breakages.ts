import fc from 'fast-check'
import type { Request } from './requests.js'

/** One way to spoil a request. */
export type Breakage = (request: Request) => Request

const x = (length: number) => 'x'.repeat(length)

const oddHeaders: Record<string, (string | undefined)[]> = {
  'X-API-Key': [
    undefined, '', ' ', 'nonsense', 'vk_sandbox_', 'vk_live_', 'vk_pub_sandbox_a', 'vk_pub_live_a', 'VK_LIVE_A', 'vk_sandbox_a b',
    'vk_sandbox_a,b', 'vk_sandbox_ü', `vk_live_${x(4000)}`, 'vk_other_a'
  ],
  'Verifa-Version': ['2025-12-31', '2026-01-01', '9999-12-31', '2026-02-30', '0000-00-00', '99999-01-01', '2026-1-1', '-2026-01-01', 'soon', '', 'ü'],
  'Key-Inflection': ['snake', 'camel', 'kebab', 'Pascal', 'SNAKE', 'snake, camel', '', '__proto__', 'constructor', ' camel '],
  'Idempotency-Key': ['', ' ', 'k1', x(255), x(256), x(8000), 'ü', 'k1, k2', '__proto__', '"k1"', '\x80\xff'],
  'Content-Type': [
    undefined, '', ' ', ';', 'text/plain', 'application/jsonx', 'application/vnd.api+json', 'APPLICATION/JSON', 'application/json;charset=utf-8',
    'application/json; charset=latin1', 'application/json;', 'application/json; charset="', 'application/json, application/json',
    'multipart/form-data', 'application/x-www-form-urlencoded', 'ü', '*/*'
  ],
  'X-Mock-Fault': ['delay=1', 'status=399', 'status=600', 'status=418', 'delay=-1', 'drop=never', '', 'status=500;drop=after', 'ü', 'status=__proto__'],
  'Host': ['evil.example', '', 'localhost:99999', '[::1', '127.0.0.1.evil.example'],
  'Origin': ['http://evil.example', 'null', 'http://localhost', '', 'http://['],
  'Authorization': ['Bearer x', 'Basic', ''],
  'Accept': ['text/plain', ''],
  'Accept-Encoding': ['gzip', 'br;q=2'],
  'Cookie': ['a=b', ';'],
  'If-None-Match': ['*'],
  'X-HTTP-Method-Override': ['DELETE']
}

const oddHeader = fc.constantFrom(...Object.entries(oddHeaders).flatMap(([name, values]) => values.map((value): Breakage =>
  request => ({ ...request, headers: withHeader(request.headers, name, value) }))))

const repeatedHeader: fc.Arbitrary<Breakage> = fc.constantFrom('X-API-Key', 'Verifa-Version', 'Key-Inflection', 'Idempotency-Key', 'X-Mock-Fault')
  .chain(name => fc.constantFrom(...oddHeaders[name] ?? []).map((value): Breakage =>
    request => ({ ...request, headers: [...request.headers, [name, value ?? '']] })))

function withHeader (headers: Request['headers'], name: string, value: string | undefined): Request['headers'] {
  const others = headers.filter(([other]) => other !== name)
  return value === undefined ? others : [...others, [name, value]]
}

const metadata = (value: string) => `{"metadata":{"plan":${value}}}`
const oddBodies = [
  undefined, '', ' ', '{}', 'null', '[]', '[{}]', '"x"', '1', 'true', '{', '}', '{"external_ref":', '{}{}', '{},', '\ufeff{}', '\ufeff', '{}\0', '//\n{}', '{\'a\':1}',
  '{"external_ref":null}', '{"metadata":null}', '{"metadata":[]}', '{"metadata":"x"}', '{"external_ref":1}', '{"external_ref":["a"]}', '{"external_ref":{}}',
  '{"external_ref":1,"metadata":[],"status":"completed","tags":{}}', '{"status":"completed"}', '{"id":"ses_b"}', '{"":1}', '{"externalref":"a"}',
  '{"External_Ref":"a"}', '{"external_ref":"a","external_ref":"b"}', '{"external_ref":"a","externalRef":"a"}', '{"external-ref":"a","externalRef":1}',
  '{"metadata":{"plan":1,"plan":null}}', '{"__proto__":1}', '{"__proto__":{"external_ref":"a"}}', '{"constructor":{"prototype":{}}}', '{"hasOwnProperty":1}',
  '{"data":{"attributes":{}}}', '{"external_ref":"\\ud800"}', '{"external_ref":"\\u0000"}', '{"external_ref":"\ud800"}', '{"external_ref":"\\x"}', '{"external_ref":"\n"}',
  '{"data":{"attributes":null}}', '{"data":{"attributes":[]}}', '{"data":{"attributes":{"data":{"attributes":{}}}}}', '{"data":null}',
  '{"country":"DEU"}', '{"country":"\\ud83d\\ude00\\ud83d"}', '{"checks":["age",null]}', '{"checks":["__proto__"]}', '{"redirect_url":"javascript:"}', '{"redirect_url":"/x"}',
  '{"fields":[]}', '{"send_email":"true"}', '{"action":"approve"}', '{"action":"toString"}', '{"action":["approve"]}', '{"Action":"approve"}',
  '{"tag":""}', '{"tag":null}', '{"tags":[""]}', '{"tags":"vip"}', '{"tag":"a","tags":["b"]}', `{"tags":["${x(3000)}"]}`,
  JSON.stringify({ tags: Array.from({ length: 51 }, (_, index) => `tag ${index}`) }),
  '{"session_ids":[]}', '{"session_ids":"ses_a"}', '{"session_ids":[null]}', '{"session_ids":["ses_a"],"sessionIds":["ses_a"]}', '{"session_ids":["__proto__",""]}',
  JSON.stringify({ session_ids: Array(101).fill('ses_a') }),
  metadata('1e400'), metadata('-1e400'), metadata('[{"a":1e999}]'), metadata('-0'), metadata('1e-400'), metadata('123456789012345678901234567890'), metadata('01'),
  metadata('NaN'), metadata('{"__proto__":{"x":null}}'), metadata('undefined'),
  metadata(`"${x(16_382)}"`), metadata(`"${x(16_383)}"`), metadata(`"${'ü'.repeat(8191)}"`), metadata(`"${'ü'.repeat(8191)}x"`), metadata(`"${'\\ud800'.repeat(2730)}"`),
  ...[999, 1000, 1001, 1997, 1998, 1999, 3000, 20_000].map(depth => metadata('['.repeat(depth) + ']'.repeat(depth))),
  metadata('{"a":'.repeat(1500) + '1' + '}'.repeat(1500)), '['.repeat(5000), '[{"a":'.repeat(3000)
]
const oddBody: fc.Arbitrary<Breakage> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<(string | undefined)[]>(...oddBodies) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }).map(value => JSON.stringify(value)) },
  { weight: 2, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 20 }).map(bytes => Buffer.from(bytes)) }
).map(payload => request => ({ ...request, payload }))

/** The cap of a body is a mebibyte: too dear to be met often. */
const largeBody: fc.Arbitrary<Breakage> = fc.constantFrom(-1, 0, 1, 100_000).map(over => request => ({ ...request, payload: '{}'.padEnd(1024 * 1024 + over) }))

/** Text of JSON in which one place is not as it was: cut off, cut out, put in, doubled. */
const spoiltText: fc.Arbitrary<Breakage> = fc.record({
  how: fc.constantFrom('truncate', 'remove', 'insert', 'replace', 'double'),
  at: fc.nat(200),
  length: fc.integer({ min: 1, max: 6 }),
  text: fc.oneof(fc.string({ minLength: 1, maxLength: 3 }), fc.constantFrom('"', '{', '}', '[', ']', ',', ':', '\\', '\0', '\ud800', 'e9', '-', 'null', '\u2028'))
}).map(({ how, at, length, text }): Breakage => request => {
  const payload = String(request.payload ?? '')
  const place = at % (payload.length + 1)
  const [before, part, after] = [payload.slice(0, place), payload.slice(place, place + length), payload.slice(place + length)]
  const inserted = { truncate: '', remove: '', insert: text + part, replace: text, double: part + part }[how]
  return { ...request, payload: before + inserted + (how === 'truncate' ? '' : after) }
})

const extraMember: fc.Arbitrary<Breakage> = fc.constantFrom('"status":1', '"externalRef":"a"', '"external-ref":"a"', '"external_ref":"a"', '"Metadata":{}', '"__proto__":{}', '"x y":1')
  .map(member => request => ({ ...request, payload: String(request.payload ?? '{}').replace(/^\{(?=(.?))/, (_, next) => `{${member}${next === '}' ? '' : ','}`) }))

const oddIds = [
  'ses_none', '', '%', '%zz', '%E0%A4%A', '%00', '%2F', '%2e%2e', '..', '.', 'ses_a/', 'ses_a/x', '%73es_a', 'SES_A', 'ses_a%20', '%20', '*', ':session_id', '{session_id}', '__proto__',
  'constructor', x(300), x(5000), 'a;b=c', 'a,b', '%ff', '%F0%9F%98%80', '\'', '%0d%0aX-Injected:1', '[', '|', '\\', '$&', '$1', '{path}'
]
const oddPath: fc.Arbitrary<Breakage> = fc.oneof(
  fc.constantFrom(...oddIds).map((id): Breakage => request => ({ ...request, route: undefined, path: request.path.replace(/\/[^/]*$/, `/${id.replaceAll('$', '$$$$')}`) })),
  fc.constantFrom('/', '//', '/sessions', '/sessions/', '/api/v1', '/api/v2/sessions/ses_a', '/_mock', '/_mock/', '/_mock/nowhere', '/_mock/sessions/', '/%5fmock/state', '/Sessions/ses_a', '/sessions//ses_a', '/_mock/../sessions/ses_a')
    .map((path): Breakage => request => ({ ...request, route: undefined, path })),
  fc.array(fc.constantFrom(...oddIds), { minLength: 1, maxLength: 4 })
    .map((parts): Breakage => request => ({ ...request, route: undefined, path: `/${parts.join('/')}` }))
)
const oddQuery: fc.Arbitrary<Breakage> = fc.constantFrom(
  '?', '?a', '?session_id=', '?session_id=a&session_id=b', '?limit=-1', '?limit=0', '?limit=1e9', '?limit=9999999999', '?status=700', '?status=%', '?__proto__=1', '?__proto__[a]=1',
  '?limit=100&offset=999999999999999', '?limit=1.5&offset=-0', '?q=%00', '?q=a&q=b', '?q=%ED%A0%80', '?external_ref=', '?status=toString', '?status=pending&status=expired',
  '?created_after=2026-01-01', '?created_after=9999-12-31T23:59:59Z', '?created_before=2026-01-01T00:00:00%2B14:00', '?created_before=2026-02-30T00:00:00Z',
  '?x=%zz', '?%', '?path=%E0%A4%A', '?constructor=a', `?path=${x(3000)}`, '?nowhere=1', '?api_key=vk_live_0123456789', ';x=1'
).map(query => request => ({ ...request, ...(query.startsWith(';') && { route: undefined }), path: request.path.replace(/\?.*/, '') + query }))

const oddMethod: fc.Arbitrary<Breakage> = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'LOCK')
  .map(method => request => ({ ...request, method }))

/** Every kind of breakage. */
export const breakage: fc.Arbitrary<Breakage> = fc.oneof(
  { weight: 60, arbitrary: oddHeader },
  { weight: 10, arbitrary: repeatedHeader },
  { weight: 60, arbitrary: oddBody },
  { weight: 1, arbitrary: largeBody },
  { weight: 50, arbitrary: spoiltText },
  { weight: 20, arbitrary: extraMember },
  { weight: 20, arbitrary: oddPath },
  { weight: 10, arbitrary: oddQuery },
  { weight: 10, arbitrary: oddMethod }
)
