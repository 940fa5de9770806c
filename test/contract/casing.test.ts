import { type TObject, Type } from '@sinclair/typebox'
import fc from 'fast-check'
import t from 'tap'
import { acceptAnyCasing, inflectKey, inflectSchema, keyInflections, renameKeys } from '../src/casing.js'
import { ErrorBody } from '../src/errors.js'
import { buildApp } from '../src/index.js'
import { keyInflectionPlugin } from '../src/plugins/key-inflection.js'
import { completeSession } from '../src/sessions/fixtures.js'
import { Session } from '../src/sessions/session.js'
import { SessionUpdate } from '../src/sessions/update.js'
import { serializerOf } from '../src/serialization.js'
import { errorOf, startApp, update } from './helper.js'

t.test('snake → another casing → snake is the identity on every key of a schema', async t => {
  const back = (schema: TObject, key: string) => Object.keys(acceptAnyCasing(schema, { [key]: 1 }).body as object)[0]
  for (const schema of [Session, ErrorBody, SessionUpdate]) {
    for (const key of Object.keys(schema.properties)) {
      for (const inflection of keyInflections) t.equal(back(schema, inflectKey(key, inflection)), key, `${key} in ${inflection}`)
    }
  }
  const words = fc.array(fc.stringMatching(/^[a-z]+$/), { minLength: 1 })
  fc.assert(fc.property(words, fc.constantFrom(...keyInflections), (words, inflection) => {
    const key = words.join('_')
    return back(Type.Object({ [key]: Type.Any() }), inflectKey(key, inflection)) === key
  }))
})

t.test('metadata is identical in all casings, whatever it holds, and so are all other values', async () => {
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(...keyInflections), (metadata, inflection) => {
    const session: Session = { ...completeSession({ id: 'ses_x' }, 0), metadata }
    const renamed = renameKeys(Session, inflection, session) as Record<string, unknown>
    return renamed['metadata'] === metadata &&
      Object.entries(session).every(([key, value], index) =>
        Object.keys(renamed)[index] === inflectKey(key, inflection) && Object.values(renamed)[index] === value)
  }))
})

t.test('what is in its casing already is not copied, and no schema is compiled twice', async t => {
  const session = completeSession({ id: 'ses_x' }, 0)
  t.equal(renameKeys(Session, 'snake', session), session)
  const body = { external_ref: 'a', other: 1 }
  t.equal(acceptAnyCasing(SessionUpdate, body).body, body)
  for (const inflection of keyInflections) t.equal(serializerOf(Session, inflection), serializerOf(Session, inflection))
})

t.test('a schema in another casing asks for the same under other names', async t => {
  const schema = Type.Object({ some_key: Type.Object({ inner_key: Type.Optional(Type.Integer()) }) }, { additionalProperties: false })
  t.same(JSON.parse(JSON.stringify(inflectSchema(schema, 'camel'))), {
    type: 'object',
    properties: { someKey: { type: 'object', properties: { innerKey: { type: 'integer' } } } },
    required: ['someKey'],
    additionalProperties: false
  })
})

t.test('over HTTP the metadata of an answer has the same bytes in every casing', async t => {
  const app = startApp(t, { fixtures: t.testdir({ 'one.json': '{"id":"ses_x"}' }) })
  const json = fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('snake_key', 'camelKey', 'kebab-key', '__proto__', 'toJSON', 'n\nl')),
    fc.jsonValue().filter(value => value !== null))
  await fc.assert(fc.asyncProperty(json, async metadata => {
    const bodies = await Promise.all(keyInflections.map(async inflection => {
      const { body } = await update(app, 'ses_x', { metadata }, { 'key-inflection': inflection })
      return body.slice(body.indexOf('"metadata":'), body.indexOf(',"country":'))
    }))
    return new Set(bodies).size === 1
  }), { numRuns: 50 })
})

t.test('answers and errors come in the casing of Key-Inflection, or in the default one', async t => {
  const keys = async (app: ReturnType<typeof startApp>, id: string, asked?: string) =>
    Object.keys((await update(app, id, {}, { 'key-inflection': asked })).json<object>()).join()
  const app = startApp(t)
  t.match(await keys(app, 'ses_pending'), /is_sandbox,.*,token_expires_at/)
  t.match(await keys(app, 'ses_pending', 'snake'), /is_sandbox,.*,token_expires_at/)
  t.match(await keys(app, 'ses_pending', 'camel'), /isSandbox,.*,tokenExpiresAt/)
  t.match(await keys(app, 'ses_pending', 'kebab'), /is-sandbox,.*,token-expires-at/)
  t.equal(await keys(app, 'ses_none', 'camel'), 'error,detail,statusCode')
  t.equal(await keys(app, 'ses_none', 'kebab'), 'error,detail,status-code')
  const unauthorized = await update(app, 'x', {}, { 'x-api-key': undefined, 'key-inflection': 'camel' })
  t.equal(unauthorized.body, '{"error":"unauthorized","detail":"Missing API key. Send it in the X-API-Key header.","statusCode":401}')
  const nowhere = await app.inject({ url: '/nowhere', headers: { 'key-inflection': 'kebab' } })
  t.match(nowhere.body, /"status-code":404}$/)
  t.equal(errorOf(t, await update(app, 'ses_pending', {}, { 'key-inflection': 'Camel' })).error, 'validation_error', 'values are exact')

  const kebab = startApp(t, { defaultKeyInflection: 'kebab' })
  t.match(await keys(kebab, 'ses_pending'), /is-sandbox/)
  t.match(await keys(kebab, 'ses_pending', 'snake'), /is_sandbox/)
  t.equal(await keys(kebab, 'ses_none'), 'error,detail,status-code')
})

t.test('an answer that its route has no schema for is a defect, told as one in the casing asked for', async t => {
  const lines: string[] = []
  const app = buildApp({ logLevel: 'error' }, { write: line => lines.push(line) })
  t.teardown(() => app.close())
  app.register(async scope => {
    await scope.register(keyInflectionPlugin, { defaultKeyInflection: 'snake' })
    scope.get('/undescribed', { schema: { response: {} } }, async () => ({ some_key: 1 }))
  })
  const response = await app.inject({ url: '/undescribed', headers: { 'key-inflection': 'camel' } })
  t.equal(response.body, '{"error":"internal_error","detail":"Internal server error.","statusCode":500}')
  t.match(lines.join(), /GET \/undescribed has no schema for 200/, 'the log says which')
  t.equal((await app.inject('/undescribed')).body, '{"some_key":1}', 'snake_case needs none')
})

t.test('a body is known by its names in any casing, and told of names that come twice', async t => {
  const accept = (body: unknown) => acceptAnyCasing(SessionUpdate, body)
  t.same(accept({ externalRef: 'a', metadata: { 'external-ref': 1 } }),
    { body: { external_ref: 'a', metadata: { 'external-ref': 1 } }, repeated: [] })
  t.same(accept({ 'external-ref': 'a' }), { body: { external_ref: 'a' }, repeated: [] })
  t.same(accept({ 'externalRef': 'a', 'external-ref': 'b', 'external_ref': 'c' }).repeated, ['external_ref'])
  t.same(accept({ ExternalRef: 'a' }).body, { ExternalRef: 'a' }, 'no other casing is known')
  for (const body of [null, undefined, 'externalRef', ['externalRef'], 7]) t.equal(accept(body).body, body)
  const poisoned = accept(JSON.parse('{"__proto__":{"x":1},"externalRef":"a"}')).body as object
  t.equal(Object.getPrototypeOf(poisoned), Object.prototype)
  t.same(Object.keys(poisoned), ['__proto__', 'external_ref'])
})
