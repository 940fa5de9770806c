import fc from 'fast-check'
import t from 'tap'
import { parseJson } from '../../src/control/inspector/page/json-text.js'
import { curlOf } from '../../src/control/inspector/page/requests/curl.js'
import { differences } from '../../src/control/inspector/page/requests/differences.js'
import { type Route, hrefOf, parseRoute, views } from '../../src/control/inspector/page/route.js'
import { dateAndTime, span, timeOfDay } from '../../src/control/inspector/page/time.js'
import type { JournalEntry } from '../../src/index.js'

t.test('every route is a fragment of the URL, and back', async () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1 })
  const route: fc.Arbitrary<Route> = fc.record({
    view: fc.constantFrom(...views),
    id: fc.option(text, { nil: undefined }),
    query: fc.dictionary(text.filter(name => name !== '__proto__'), text, { noNullPrototype: true })
  }, { noNullPrototype: true })
  fc.assert(fc.property(route, route => t.strictSame(parseRoute(hrefOf(route)), route)), { numRuns: 200 })
})

t.test('any other fragment is a route as well', async t => {
  const cases: [fragment: string, route: Partial<Route>][] = [
    ['', { view: 'requests', id: undefined }],
    ['#', { view: 'requests' }],
    ['#/nowhere/7', { view: 'requests', id: '7' }],
    ['#/sessions/%zz', { view: 'sessions', id: '%zz' }],
    ['#/sessions/a/b', { view: 'sessions', id: 'a/b' }]
  ]
  for (const [fragment, route] of cases) t.match(parseRoute(fragment), route, fragment)
  t.equal(hrefOf({ view: 'requests', query: { q: '', status: '4xx' } }), '#/requests?status=4xx')
})

t.test('times and spans as people read them', async t => {
  t.equal(timeOfDay('2026-11-23T07:00:00.123Z'), '07:00:00.123')
  t.equal(dateAndTime('2026-11-23T07:00:00.123Z'), '2026-11-23 07:00:00')
  const cases: [milliseconds: number, text: string][] = [
    [0, '0 ms'], [0.26, '0.3 ms'], [999, '999 ms'], [1_000, '1 s'], [61_000, '1 min 1 s'], [86_399_999, '23 h 59 min'], [86_400_000, '1 d'], [-90_000, '−1 min 30 s']
  ]
  for (const [milliseconds, text] of cases) t.equal(span(milliseconds), text)
})

t.test('differences name each field that changed, at any depth', async t => {
  const before = { a: 1, b: { c: [1, 2], d: null, e: 'x' }, same: { x: [1] } }
  const after = { a: 1, b: { c: [1, 3], e: 'y', f: {} }, same: { x: [1] } }
  t.same(differences(before, after), [
    { path: 'b.c', kind: 'changed', before: '[1,2]', after: '[1,3]' },
    { path: 'b.d', kind: 'removed', before: 'null', after: undefined },
    { path: 'b.e', kind: 'changed', before: '"x"', after: '"y"' },
    { path: 'b.f', kind: 'added', before: undefined, after: '{}' }
  ])
  fc.assert(fc.property(fc.jsonValue(), value => t.same(differences(value, structuredClone(value)), [])))
})

t.test('a request as a command of curl', async t => {
  const entry = {
    method: 'PATCH',
    path: '/sessions/it\'s?x[]=1',
    idempotency_key: 'k\'1',
    request: {
      headers: { 'x-api-key': 'vk_sandbox_…', 'idempotency-key': 'k\'1', 'user-agent': 'curl', 'key-inflection': 'camel' },
      body: { externalRef: 'O\'Hara $HOME `id`' }
    }
  } as unknown as JournalEntry
  t.equal(curlOf(entry, 'http://x'), String.raw`curl -X PATCH 'http://x/sessions/it'\''s?x[]=1' \
  -H "X-API-Key: $VERIFA_API_KEY" \
  -H 'idempotency-key: k'\''1' \
  -H 'key-inflection: camel' \
  -H 'content-type: application/json' \
  --data-raw '{"externalRef":"O'\''Hara $HOME ${'`id`'}"}' \
  --globoff`)
  const bare = { ...entry, method: 'GET', path: '/sessions', idempotency_key: null, request: { headers: {}, body: null } }
  t.equal(curlOf(bare, 'http://x'), 'curl -X GET \'http://x/sessions\'')
})

t.test('a request as a command of curl goes to the mock alone, with the target that it had', async t => {
  const entry = { method: 'POST', idempotency_key: null, request: { headers: { 'x-api-key': 'vk_sandbox_…' }, body: null } } as unknown as JournalEntry
  const base = 'https://mock.example/verifa'
  const cases: [path: string, command: string][] = [
    ['/a/..b/c.?d=1', `'${base}/a/..b/c.?d=1'`],
    ['evil.example:443', `'${base}' --request-target 'evil.example:443'`],
    ['x@evil.example:80', `'${base}' --request-target 'x@evil.example:80'`],
    ['m://evil.example/x', `'${base}' --request-target 'm://evil.example/x'`],
    ['*', `'${base}' --request-target '*'`],
    ['/x/../_mock/reset', `'${base}' --request-target '/verifa/x/../_mock/reset'`],
    ['/x/%2E./_mock/reset', `'${base}' --request-target '/verifa/x/%2E./_mock/reset'`],
    ['/x/.', `'${base}' --request-target '/verifa/x/.'`],
    ['/x#y', `'${base}' --request-target '/verifa/x#y'`]
  ]
  for (const [path, command] of cases) t.equal(curlOf({ ...entry, path }, base).split(' \\\n')[0], `curl -X POST ${command}`, path)
  t.equal(curlOf({ ...entry, path: '/x/..' }, 'http://x').split(' \\\n')[0], 'curl -X POST \'http://x\' --request-target \'/x/..\'')
})

t.test('a command of curl has the idempotency key as text, not as Node.js reads its bytes', async t => {
  const headers = { 'idempotency-key': Buffer.from('é').toString('latin1') }
  const entry = { method: 'POST', path: '/x', idempotency_key: 'é', request: { headers, body: null } } as unknown as JournalEntry
  t.match(curlOf(entry, 'http://x'), '-H \'idempotency-key: é\'')
})

t.test('a command of curl has no character that edits the line when it is pasted', async t => {
  const body = { a: '\x7f\x7f; touch x #\x9b\n' }
  const command = curlOf({ method: 'POST', path: '/x', idempotency_key: null, request: { headers: {}, body } } as unknown as JournalEntry, 'http://x')
  t.notMatch(command.replaceAll(' \\\n', ''), /\p{Cc}/u)
  const [, data = ''] = /--data-raw '(.*)'/.exec(command) ?? []
  t.same(JSON.parse(data), body, 'the body is the same')
})

t.test('JSON that somebody wrote is read, or the error says what is wrong', async t => {
  t.same(parseJson(' {"a":[1]} ', 'The body'), { a: [1] })
  for (const text of ['', '{"a":1,}', 'x']) t.throws(() => parseJson(text, 'The body'), { message: /^The body is not valid JSON: ./ }, text)
})
