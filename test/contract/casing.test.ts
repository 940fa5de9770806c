import { type TSchema, Type } from '@sinclair/typebox'
import fc from 'fast-check'
import t from 'tap'
import { compileAnyCasing, compileRename, inflectKey, inflectSchema, keyInflections } from '../../src/contract/casing.js'
import { ErrorBody } from '../../src/contract/errors.js'
import { dereference, mapSubschemas, nullable, oneOf, ref } from '../../src/contract/schema.js'
import { writerOf } from '../../src/contract/serialization.js'
import { checkOf } from '../../src/contract/validation.js'
import { Session } from '../../src/domain/sessions/session.js'
import { SessionUpdate } from '../../src/domain/sessions/update.js'
import { State } from '../../src/domain/state.js'
import { session } from '../domain/examples.js'

const renamed = keyInflections.filter(inflection => inflection !== 'snake')
const key = fc.array(fc.stringMatching(/^[a-z]{1,3}$/), { minLength: 1, maxLength: 3 }).map(words => words.join('_'))

/** A schema and a value that fits it. */
interface Example {
  schema: TSchema
  value: unknown
}

const mapValues = <T, U>(fields: Record<string, T>, map: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, map(value)]))

/** Schemas of objects, lists, maps and unions, at any depth, each with a value that fits. */
const example = fc.letrec<{ any: Example }>(tie => {
  const leaf = fc.oneof(
    fc.string().map(value => ({ schema: Type.String(), value })),
    fc.integer().map(value => ({ schema: Type.Integer(), value })),
    fc.constant({ schema: nullable(Type.String()), value: null }),
    fc.dictionary(fc.oneof(key, fc.constantFrom('__proto__', 'camelKey')), fc.jsonValue())
      .map(value => ({ schema: Type.Unsafe({ type: 'object', additionalProperties: true }), value }))
  )
  const list = tie('any').map(({ schema, value }) => ({ schema: Type.Array(schema), value: [value, value] }))
  const names = fc.uniqueArray(fc.oneof(key, fc.constant('__proto__')))
  const map = fc.tuple(names, tie('any')).map(([names, { schema, value }]) => ({
    schema: Type.Unsafe({ type: 'object', additionalProperties: schema }),
    value: Object.fromEntries(names.map(name => [name, value]))
  }))
  const object = fc.dictionary(key, tie('any'), { maxKeys: 4 }).map(fields => ({
    schema: Type.Object(mapValues(fields, ({ schema }) => schema), { additionalProperties: false }),
    value: mapValues(fields, ({ value }) => value)
  }))
  const union = tie('any').map(({ schema, value }) => ({ schema: Type.Union([Type.Boolean(), Type.Union([schema, Type.Null()])]), value }))
  return { any: fc.oneof({ maxDepth: 4 }, leaf, list, map, object, union) }
}).any

t.test('a key is renamed word by word', async t => {
  t.same(keyInflections.map(inflection => inflectKey('token_expires_at', inflection)), ['token_expires_at', 'tokenExpiresAt', 'token-expires-at'])
  t.same(keyInflections.map(inflection => inflectKey('line_2', inflection)), ['line_2', 'line2', 'line-2'])
})

t.test('no two fields of a schema get the same name', async t => {
  for (const schema of [Session, ErrorBody, SessionUpdate, State]) {
    const names = Object.keys(schema.properties)
    for (const inflection of keyInflections) t.equal(new Set(names.map(name => inflectKey(name, inflection))).size, names.length)
  }
})

t.test('a field in another casing is read as the field', async () => {
  fc.assert(fc.property(key, fc.constantFrom(...keyInflections), (name, inflection) => {
    const { body } = compileAnyCasing(Type.Object({ [name]: Type.Any() }))({ [inflectKey(name, inflection)]: 1 })
    return Object.keys(body as object).join() === name
  }))
})

t.test('what is written in another casing fits the schema in that casing, and nothing else is different', async () => {
  fc.assert(fc.property(example, fc.constantFrom(...renamed), ({ schema, value }, inflection) => {
    const written = JSON.parse(writerOf(schema, inflection)(value)) as unknown
    return checkOf(inflectSchema(schema, inflection))(written).length === 0 && valuesOf(written) === valuesOf(value)
  }), { numRuns: 300 })
})

/** The values of a JSON document, without the names of its fields. */
function valuesOf (value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `[${Object.values(value).map(valuesOf).join()}]`
}

t.test('in snake_case everything is passed on as it is', async () => {
  fc.assert(fc.property(example, ({ schema, value }) => compileRename(schema, 'snake')(value) === value))
})

t.test('user data is passed on by reference, whatever it holds', async () => {
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(...renamed), (metadata, inflection) => {
    const given = { ...session(), metadata }
    const result = compileRename(Session, inflection)(given) as Record<string, unknown>
    return Object.entries(given).every(([name, value]) => result[inflectKey(name, inflection)] === value) &&
      Object.keys(result).join() === Object.keys(given).map(name => inflectKey(name, inflection)).join()
  }))
})

const inner = Type.Object({ some_key: Type.Integer() }, { $id: 'Inner' })
const shapes: [name: string, schema: TSchema, value: unknown, camel: unknown][] = [
  ['lists', Type.Array(inner), [{ some_key: 1 }], [{ someKey: 1 }]],
  ['lists of lists', Type.Array(Type.Array(inner)), [[{ some_key: 1 }]], [[{ someKey: 1 }]]],
  ['lists of plain values', Type.Object({ the_list: Type.Array(Type.String()) }), { the_list: ['a_b'] }, { theList: ['a_b'] }],
  ['references', Type.Object({ the_inner: ref(inner) }), { the_inner: { some_key: 1 } }, { theInner: { someKey: 1 } }],
  ['optional fields', Type.Object({ a_b: Type.Optional(inner), c_d: Type.Optional(inner) }), { c_d: { some_key: 1 } }, { cD: { someKey: 1 } }],
  ['fields that are null', Type.Object({ a_b: nullable(inner) }), { a_b: null }, { aB: null }],
  ['the values of a map, and not its names', Type.Unsafe({ type: 'object', additionalProperties: inner }),
    { my_name: { some_key: 1 } }, { my_name: { someKey: 1 } }],
  ['named fields beside any others', Type.Object({ a_b: inner }, { additionalProperties: true }),
    { a_b: { some_key: 1 }, c_d: { some_key: 1 } }, { aB: { someKey: 1 }, c_d: { some_key: 1 } }],
  ['each alternative of a union', Type.Array(Type.Union([inner, Type.Object({ other_key: Type.Integer() })])),
    [{ some_key: 1 }, { other_key: 2 }], [{ someKey: 1 }, { otherKey: 2 }]],
  ['a field of several alternatives', Type.Array(Type.Union([Type.Object({ the_data: inner }), Type.Object({ the_data: Type.Array(inner) })])),
    [{ the_data: { some_key: 1 } }, { the_data: [{ some_key: 2 }] }], [{ theData: { someKey: 1 } }, { theData: [{ someKey: 2 }] }]],
  ['an object or a list of it', Type.Union([inner, Type.Array(inner)]), [{ some_key: 1 }], [{ someKey: 1 }]]
]
for (const [name, schema, value, camel] of shapes) {
  t.test(`renames ${name}`, async t => {
    t.same(JSON.parse(writerOf(schema, 'camel')(value)), camel)
    t.same(JSON.parse(writerOf(schema, 'snake')(value)), value)
  })
}

t.test('metadata has the same bytes in every casing', async () => {
  const names = fc.oneof(fc.string(), fc.constantFrom('snake_key', 'camelKey', 'kebab-key', '__proto__', 'toJSON', 'n\nl'))
  fc.assert(fc.property(fc.dictionary(names, fc.jsonValue()), metadata => {
    const texts = keyInflections.map(inflection => writerOf(Session, inflection)(session({ metadata })))
    const [first, ...others] = texts.map(text => text.slice(text.indexOf('"metadata":'), text.indexOf(',"country":')))
    return first === `"metadata":${JSON.stringify(session({ metadata }).metadata)}` && others.every(text => text === first)
  }))
})

t.test('a body is written with the fields of its schema, in their order', async t => {
  const schema = Type.Object({ a: Type.String(), b: oneOf(['x', 'y']) })
  t.equal(writerOf(schema, 'snake')({ b: 'x', a: 'é"\n', c: 1 }), '{"a":"é\\"\\n","b":"x"}')
  t.equal(writerOf(ErrorBody, 'kebab')({ error: 'e', detail: [{ loc: ['body', 0], msg: 'm', type: 't' }], status_code: 422 }),
    '{"error":"e","detail":[{"loc":["body",0],"msg":"m","type":"t"}],"status-code":422}')
})

t.test('a schema is compiled once', async t => {
  for (const inflection of keyInflections) t.equal(writerOf(Session, inflection), writerOf(Session, inflection))
  t.equal(checkOf(Session), checkOf(Session))
})

t.test('a schema in another casing asks for the same fields under other names', async t => {
  const schema = Type.Object({ some_key: Type.Object({ inner_key: Type.Optional(Type.Integer()) }) }, { additionalProperties: false })
  t.same(JSON.parse(JSON.stringify(inflectSchema(schema, 'camel'))), {
    type: 'object',
    properties: { someKey: { type: 'object', properties: { innerKey: { type: 'integer' } } } },
    required: ['someKey'],
    additionalProperties: false
  })
})

t.test('a name is renamed where the schema has it, and nowhere else', async t => {
  const rename = compileRename(Type.Object({
    named_field: Type.Object({ a_b: Type.Optional(Type.String()) }),
    user_data: Type.Unsafe<object>({ type: 'object', additionalProperties: true }),
    text_or_object: Type.Union([Type.String(), Type.Object({ a_b: Type.String() })])
  }), 'camel')
  const data = { a_b: 1 }
  const renamed = rename({ named_field: { a_b: 'x' }, user_data: data, text_or_object: 'a_b' }) as Record<string, unknown>
  t.same(renamed, { namedField: { aB: 'x' }, userData: data, textOrObject: 'a_b' })
  t.equal(renamed['userData'], data)
  t.same(rename({ named_field: {}, user_data: {}, text_or_object: data }), { namedField: {}, userData: {}, textOrObject: { aB: 1 } })
  t.same(Object.keys((rename({ named_field: {} }) as { namedField: object }).namedField), [], 'what is absent stays absent')
})

t.test('a body may have its fields in any casing', async t => {
  const accept = compileAnyCasing(SessionUpdate)
  t.same(accept({ externalRef: 'a', metadata: { 'external-ref': 1 } }), { body: { external_ref: 'a', metadata: { 'external-ref': 1 } }, repeated: [] })
  t.same(accept({ 'external-ref': 'a' }), { body: { external_ref: 'a' }, repeated: [] })
  t.same(accept({ 'externalRef': 'a', 'external-ref': 'b', 'external_ref': 'c' }).repeated, ['external_ref'])
  t.same(accept({ ExternalRef: 'a' }).body, { ExternalRef: 'a' }, 'no other casing is known')
  const plain = { external_ref: 'a', other: 1 }
  t.equal(accept(plain).body, plain, 'a body in snake_case is not copied')
  for (const body of [null, undefined, 'externalRef', ['externalRef'], 7]) t.equal(accept(body).body, body)
  const poisoned = accept(JSON.parse('{"__proto__":{"x":1},"externalRef":"a"}')).body as object
  t.equal(Object.getPrototypeOf(poisoned), Object.prototype)
  t.same(Object.keys(poisoned), ['__proto__', 'external_ref'])
  t.same(compileAnyCasing(Type.Unknown())({ aB: 1 }), { body: { aB: 1 }, repeated: [] }, 'a schema without fields knows none')
})

t.test('schemas are seen through their references, at any depth', async t => {
  const plain = { type: 'object', properties: { some_key: { type: 'integer' } }, required: ['some_key'] }
  const plainOf = (schema: TSchema) => JSON.parse(JSON.stringify(dereference(schema))) as unknown
  t.same(plainOf(inner), plain, 'a name of its own is left out too')
  t.same(plainOf(ref(inner)), plain)
  t.same(plainOf(Type.Union([Type.Array(ref(inner)), Type.Unsafe({ additionalProperties: ref(inner) })])),
    { anyOf: [{ type: 'array', items: plain }, { additionalProperties: plain }] })
  const conditional = Type.Unsafe({ if: ref(inner), then: ref(inner), else: ref(inner) })
  t.same(plainOf(conditional), { if: plain, then: plain, else: plain })
  t.equal(writerOf(conditional, 'snake')({ some_key: 1, more: 2 }), '{"some_key":1,"more":2}')
  const seen: TSchema[] = []
  mapSubschemas(Type.Object({ a: inner }), child => {
    seen.push(child)
    return child
  })
  t.same(seen, [inner])
})

t.test('a nullable schema has null among its types, and among its values', async t => {
  t.same(JSON.parse(JSON.stringify(nullable(Type.Integer()))), { type: ['integer', 'null'] })
  t.same(JSON.parse(JSON.stringify(nullable(oneOf(['a', 'b'])))), { type: ['string', 'null'], enum: ['a', 'b', null] })
})
