import fc from 'fast-check'

/** What of JSON Schema the document of the mock is written in. */
export interface Schema {
  'type'?: string | string[]
  'const'?: unknown
  'enum'?: unknown[]
  'anyOf'?: Schema[]
  'if'?: Schema
  'then'?: Schema
  'else'?: Schema
  'properties'?: Record<string, Schema>
  'required'?: string[]
  'additionalProperties'?: boolean | Schema
  'items'?: Schema
  'format'?: string
  'pattern'?: string
  'minLength'?: number
  'maxLength'?: number
  'minimum'?: number
  'maximum'?: number
  'minItems'?: number
  /** Fields of which an object has one: a keyword of the mock's own. */
  'x-exactly-one'?: string[]
}

/** Names of metadata keys: few, so that updates meet each other, and some that JavaScript has other plans with. */
const key = fc.constantFrom('plan', 'snake_key', 'camelKey', '7', '', '__proto__', 'constructor', 'toString', 'ü\u2028', '\ud800')

/** Characters that go wrong: of each kind of Unicode one, and what JSON, URLs and headers have other plans with. */
const character = fc.constantFrom(
  'a', 'Z', '7', ' ', '_', '-', '"', '\\', '/', '%', '{', '\0', '\n', '\x7f', 'é', 'e\u0301', '中', '😀', '\ud800', '\udc00', '\u2028', '\ufeff', '\u202e'
)

/**
 * Values that a schema allows; members called as in `known` often have one of the values given there, so that requests
 * speak of the same things. (The one package for this is archived, and knows neither `if` nor lists of types.)
 */
export function valueOf (schema: Schema, known: Record<string, unknown[]> = {}): fc.Arbitrary<unknown> {
  const { type, anyOf, then: whenTrue, else: whenFalse } = schema
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  const alternatives = anyOf ?? (whenTrue && whenFalse ? [whenTrue, whenFalse] : undefined)
  if (alternatives !== undefined) return fc.oneof(...alternatives.map(one => valueOf(one, known)))
  if (Array.isArray(type)) return fc.oneof(...type.map(one => valueOf({ ...schema, type: one }, known)))
  const { minimum = -1000, maximum = 1000 } = schema
  switch (type) {
    case 'string': return textOf(schema)
    case 'integer': return fc.integer({ min: minimum, max: Math.max(minimum, maximum) })
    case 'number': return fc.double({ noNaN: true, noDefaultInfinity: true })
    case 'boolean': return fc.boolean()
    case 'null': return fc.constant(null)
    case 'array': return fc.array(valueOf(schema.items ?? {}, known), { minLength: schema.minItems ?? 0, maxLength: 3 })
    case 'object': return objectOf(schema, known)
    default: return fc.oneof(fc.constantFrom(null, 0, -0, '', 'ü"\ud800', [], {}), fc.jsonValue({ maxDepth: 2 }))
  }
}

function textOf ({ format, pattern, minLength = 0, maxLength = 12 }: Schema): fc.Arbitrary<string> {
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern, 'u'))
  if (format === 'uri') return fc.webUrl()
  if (format !== undefined) {
    const time = fc.date({ min: new Date('2026-01-01T00:00:00Z'), max: new Date('2090-01-01T00:00:00Z'), noInvalidDate: true })
    return time.map(date => date.toISOString().slice(0, format === 'date' ? 10 : undefined))
  }
  return fc.string({ unit: character, minLength, maxLength: Math.min(maxLength, 12) })
}

function objectOf (schema: Schema, known: Record<string, unknown[]>): fc.Arbitrary<object> {
  const { properties = {}, required = [], additionalProperties, 'x-exactly-one': alternatives } = schema
  if (alternatives !== undefined) {
    const { 'x-exactly-one': _, ...plain } = schema
    return fc.oneof(...alternatives.map(one => {
      const others = Object.entries(properties).filter(([name]) => name === one || !alternatives.includes(name))
      return objectOf({ ...plain, properties: Object.fromEntries(others), required: [...required, one] }, known)
    }))
  }
  const members = Object.entries(properties).map(([name, member]): [string, fc.Arbitrary<unknown>] => {
    const any = valueOf(member, known)
    const usual = known[name]
    return [name, usual === undefined ? any : fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...usual) }, any)]
  })
  const named = fc.record(Object.fromEntries(members), { requiredKeys: required, noNullPrototype: true })
  if (members.length > 0 || additionalProperties === false) return named
  const value = valueOf(typeof additionalProperties === 'object' ? additionalProperties : {}, known)
  // fromEntries makes a member called __proto__ a member like any other
  return fc.array(fc.tuple(key, value), { maxLength: 3 }).map(entries => Object.fromEntries(entries))
}
