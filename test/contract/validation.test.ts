import { type TSchema, Type } from '@sinclair/typebox'
import fc from 'fast-check'
import t from 'tap'
import { validationError } from '../../src/contract/errors.js'
import { approximateBytes, checkDepth, differenceOf } from '../../src/contract/json.js'
import { nullable, oneOf, ref } from '../../src/contract/schema.js'
import { isRepresentable, parseDuration, timestamp } from '../../src/contract/time.js'
import { checkOf } from '../../src/contract/validation.js'
import { Fixtures } from '../../src/domain/fixtures/fixture.js'
import { SessionUpdate } from '../../src/domain/sessions/update.js'

const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth))
const only = (schema: TSchema) => Type.Object({ 'a/~b': schema }, { additionalProperties: false })

const problems: [name: string, schema: TSchema, value: unknown, problem: object][] = [
  ['a wrong type', Type.String(), 1, { msg: 'must be a string', type: 'string_type' }],
  ['a fraction', Type.Integer(), 1.5, { msg: 'must be a whole number', type: 'int_type' }],
  ['text for a number', Type.Number(), '1', { msg: 'must be a number', type: 'float_type' }],
  ['text for a boolean', Type.Boolean(), 'true', { msg: 'must be true or false', type: 'bool_type' }],
  ['an object for a list', Type.Array(Type.String()), {}, { msg: 'must be a list', type: 'list_type' }],
  ['a list for an object', Type.Object({}), [], { msg: 'must be a JSON object', type: 'dict_type' }],
  ['a value for null', Type.Null(), 0, { msg: 'must be null', type: 'none_type' }],
  ['a value of neither type', nullable(Type.String()), 1, { msg: 'must be a string or null', type: 'string_type' }],
  ['a value that is not listed', oneOf(['x', 'y']), 'z', { msg: 'must be one of: x, y', type: 'enum' }],
  ['a value of a wrong type that is not listed either, once', oneOf(['x', 'y']), 1, { msg: 'must be a string', type: 'string_type' }],
  ['empty text', Type.String({ minLength: 1 }), '', { msg: 'must not be empty', type: 'string_too_short' }],
  ['long text', Type.String({ maxLength: 2 }), 'abc', { msg: 'must have at most 2 characters', type: 'string_too_long' }],
  ['a date that there is not', Type.String({ format: 'date' }), '2026-02-30', { msg: 'must be a calendar date, such as 2026-01-01', type: 'date_parsing' }],
  ['a time without a zone', Type.String({ format: 'date-time' }), '2026-01-01T12:00:00',
    { msg: 'must be a date and time, such as 2026-01-01T12:00:00.000Z', type: 'datetime_parsing' }],
  ['too small a number', Type.Integer({ minimum: 1 }), 0, { msg: 'must be 1 or more', type: 'too_small' }],
  ['too large a number', Type.Integer({ maximum: 1 }), 2, { msg: 'must be 1 or less', type: 'too_large' }],
  ['text that does not match', Type.String({ 'pattern': '^a$', 'x-takes': 'an a' }), 'b', { msg: 'must be an a', type: 'string_pattern_mismatch' }],
  ['text that does not match, without words for it', Type.String({ pattern: '^a$' }), 'b', {
    msg: 'must be text that matches ^a$', type: 'string_pattern_mismatch'
  }],
  ['too short a list', Type.Array(Type.Null(), { minItems: 1 }), [], { msg: 'must have at least 1 item', type: 'too_short' }],
  ['too short a list, of several', Type.Array(Type.Null(), { minItems: 2 }), [], { msg: 'must have at least 2 items', type: 'too_short' }],
  ['too long a list', Type.Array(Type.Null(), { maxItems: 1 }), [null, null], { msg: 'must have at most 1 item', type: 'too_long' }],
  ['too long a list, of several', Type.Array(Type.Null(), { maxItems: 2 }), [null, null, null], { msg: 'must have at most 2 items', type: 'too_long' }],
  ['anything else, in the words of Ajv', Type.Number({ multipleOf: 2 }), 3, { msg: 'must be multiple of 2', type: 'value_error' }]
]
for (const [name, schema, value, problem] of problems) {
  t.test(`finds ${name}`, async t => {
    t.same(checkOf(only(schema))({ 'a/~b': value }), [{ loc: ['a/~b'], ...problem }])
    t.same(checkOf(schema)(value, ['body', 1]), [{ loc: ['body', 1], ...problem }])
  })
}

t.test('finds everything that is wrong, at any depth', async t => {
  const inner = Type.Object({ id: Type.String(), tags: Type.Array(Type.String()) }, { $id: 'Inner', additionalProperties: false })
  const check = checkOf(Type.Array(ref(inner)))
  t.same(check([{ id: 'a', tags: [] }]), [])
  t.same(check([{ id: 1, tags: ['x', null], more: 1 }, { tags: [] }], ['body']), [
    { loc: ['body', 0, 'more'], msg: 'is not a field here; the fields are id, tags', type: 'extra_forbidden' },
    { loc: ['body', 0, 'id'], msg: 'must be a string', type: 'string_type' },
    { loc: ['body', 0, 'tags', 1], msg: 'must be a string', type: 'string_type' },
    { loc: ['body', 1, 'id'], msg: 'is required', type: 'missing' }
  ])
})

t.test('names the field of an object or of an item in a list', async t => {
  const check = checkOf(Fixtures)
  t.same([check({ id: 'a' }), check([{ id: 'a' }])], [[], []])
  t.same(check({ id: '' }), [{ loc: ['id'], msg: 'must not be empty', type: 'string_too_short' }])
  t.same(check([{}, { id: 1 }, 7]), [
    { loc: [1, 'id'], msg: 'must be a string', type: 'string_type' },
    { loc: [2], msg: 'must be a JSON object', type: 'dict_type' }
  ])
})

t.test('of some fields exactly one is sent', async t => {
  const fields = { a: Type.Optional(Type.Null()), b: Type.Optional(Type.Null()), c: Type.Optional(Type.Null()) }
  const check = checkOf(Type.Object(fields, { 'x-exactly-one': ['a', 'b', 'c'] }))
  t.same([check({ a: null }), check({ c: null })], [[], []])
  t.same(check({}, ['body']), [{ loc: ['body', 'a'], msg: 'is required, or b or c', type: 'missing' }])
  t.same(check({ c: null, b: null, a: null }), [
    { loc: ['b'], msg: 'cannot come together with a', type: 'value_error' }, { loc: ['c'], msg: 'cannot come together with a', type: 'value_error' }
  ])
})

t.test('times are those that a JavaScript Date can hold and four digits can write', async t => {
  const check = checkOf(Type.String({ format: 'date-time' }))
  for (const time of ['2026-01-01T12:00:00Z', '2026-01-01t12:00:00.123456+01:00', '0001-01-01T00:00:00Z', '9998-12-31T23:59:59.999Z']) {
    t.same(check(time), [], time)
  }
  for (const time of ['2016-12-31T23:59:60Z', '0000-12-31T23:59:59.999Z', '9999-01-01T00:00:00Z', '2026-01-01', 'yesterday', '']) {
    t.equal(check(time).length, 1, time)
  }
})

t.test('the limits of metadata values', async t => {
  const problemOf = (value: unknown) => checkOf(SessionUpdate)({ metadata: { ok: 1, x: value } }).map(({ loc, ...problem }) => [loc.join('.'), ...Object.values(problem)])
  const tooLarge = [['metadata.x', 'must have at most 16384 bytes as compact JSON', 'too_large']]
  t.same(problemOf('a'.repeat(16_382)), [])
  t.same(problemOf('a'.repeat(16_383)), tooLarge)
  t.same(problemOf('é'.repeat(8_191)), [])
  t.same(problemOf('é'.repeat(8_192)), tooLarge, 'bytes, not characters')
  t.same(problemOf({ list: ['\u0000'.repeat(2_728)] }), [], 'as JSON writes them')
  t.same(problemOf({ list: ['\u0000'.repeat(2_729)] }), tooLarge)
  t.same(problemOf(nested(1_000)), [])
  t.same(problemOf(nested(1_001)), [['metadata.x', 'must not be nested deeper than 1000 levels', 'too_deep']])
  t.same(problemOf({ list: [1, Infinity] }), [['metadata.x', 'has a number beyond the range of a double', 'finite_number']])
  t.same(problemOf(-1e308), [])
})

t.test('100,000 bad values in one body are found in one go', async t => {
  const body = (value: unknown) => Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`key${index}`, value]))
  const found = checkOf(SessionUpdate)({ metadata: body(Infinity) }, ['body'])
  t.equal(found.length, 100_000)
  t.same(found.at(-1)?.loc, ['body', 'metadata', 'key99999'])
  const { detail } = validationError(found)
  t.same([detail.length, detail.at(-1)], [101, { loc: ['body'], msg: 'has 99900 more problems', type: 'more_problems' }])
  t.equal(checkOf(SessionUpdate)(body(1)).length, 100_000, 'so are as many unknown fields')
})

t.test('JSON that is nested too deep is refused before anything else looks at it', async t => {
  t.same(checkDepth(nested(2_000), ['body']), [])
  t.same(checkDepth(nested(2_001), ['body']), [{ loc: ['body'], msg: 'must not be nested deeper than 2000 levels', type: 'too_deep' }])
  t.equal(checkDepth(nested(100_000), []).length, 1)
})

const differences: [one: unknown, other: unknown, difference: string | undefined][] = [
  [{ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }, undefined],
  [0, -0, undefined],
  [undefined, undefined, undefined],
  [1, '1', ''],
  [null, {}, ''],
  [{}, [], ''],
  [{ metadata: { plan: 'a' } }, { metadata: { plan: 'b' } }, 'metadata.plan'],
  [{ a: [{ b: 1 }, 2] }, { a: [{ b: 2 }, 2] }, 'a.0.b'],
  [[1, 2], [1], '1'],
  [{ a: 1 }, {}, 'a'],
  [{}, { a: null }, 'a'],
  [{ toString: 1 }, {}, 'toString'],
  [{ a: { '': 0 } }, { a: {} }, 'a.'],
  [JSON.parse('{"__proto__":{"a":1}}'), JSON.parse('{"__proto__":{"a":2}}'), '__proto__.a']
]
for (const [one, other, difference] of differences) {
  t.test(`${JSON.stringify(one)} and ${JSON.stringify(other)} ${difference === undefined ? 'are equal' : `differ at "${difference}"`}`, async t => {
    t.equal(differenceOf(one, other), difference)
    t.equal(differenceOf(other, one), difference)
  })
}

t.test('two JSON values are equal exactly when they have the same fields with the same values', async () => {
  const sorted = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(sorted)
    return { object: Object.entries(value).sort(([one], [other]) => one < other ? -1 : 1).map(([name, child]) => [name, sorted(child)]) }
  }
  const pair = fc.oneof(fc.tuple(fc.jsonValue(), fc.jsonValue()), fc.jsonValue().map(value => [value, structuredClone(value)]))
  fc.assert(fc.property(pair, ([one, other]) =>
    (differenceOf(one, other) === undefined) === (JSON.stringify(sorted(one)) === JSON.stringify(sorted(other)))))
})

t.test('more data takes more bytes', async t => {
  t.ok(approximateBytes('a'.repeat(1_000)) >= 1_000)
  t.ok(approximateBytes({ list: ['a'.repeat(1_000), 1, null, true] }) > approximateBytes({ list: ['a'.repeat(1_000)] }))
  fc.assert(fc.property(fc.jsonValue(), value => approximateBytes([value, value]) > approximateBytes([value])))
})

t.test('durations', async t => {
  const durations: Record<string, number | undefined> = {
    '24h': 86_400_000, '23h59m59s': 86_399_000, '1d1ms': 86_400_001, '-1m': -60_000, '0s': 0, '1h1h': undefined, '1s1m': undefined,
    '': undefined, '-': undefined, '5': undefined, '1.5h': undefined, ' 1h': undefined, '+1h': undefined, '1H': undefined
  }
  for (const [text, milliseconds] of Object.entries(durations)) t.equal(parseDuration(text), milliseconds, `"${text}"`)
})

t.test('a time is written in UTC with milliseconds', async t => {
  t.equal(timestamp(0), '1970-01-01T00:00:00.000Z')
  t.equal(timestamp('2026-01-01T01:00:00.5+01:00'), '2026-01-01T00:00:00.500Z')
  t.notOk(isRepresentable(NaN))
  fc.assert(fc.property(fc.date({ noInvalidDate: true }).map(Number), time =>
    isRepresentable(time) ? Date.parse(timestamp(time)) === time : !/^(?!0000|9999)\d{4}-/.test(timestamp(time))))
})
