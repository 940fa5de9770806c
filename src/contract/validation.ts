import type { TSchema } from '@sinclair/typebox'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import ajvFormats from 'ajv-formats'
import type { Problem } from './errors.js'
import { describeLimit, type JsonLimits, limitExceededBy } from './json.js'
import { dereference } from './schema.js'
import { isRepresentable } from './time.js'

// Fastify's own Ajv coerces types and removes unknown fields, so it silently accepts wrong input. This one changes nothing, and
// reports all problems.
const ajv = new Ajv({
  allErrors: true,
  allowUnionTypes: true,
  verbose: true,
  // without the meta-schema, and without optimizing: compiling takes longer than checking, and delays every start
  meta: false,
  validateSchema: false,
  code: { optimize: false }
})
ajvFormats.default(ajv, ['date', 'date-time', 'uri'])

// RFC 3339 has leap seconds, which a JavaScript Date does not have, and years with more than four digits
const rfc3339 = ajv.formats['date-time'] as { validate: (text: string) => boolean }
ajv.addFormat('date-time', { validate: (text: string) => rfc3339.validate(text) && isRepresentable(Date.parse(text)) })

// browsers are redirected there, but RFC 3986 allows other schemes, and addresses that a URL cannot have
const rfc3986 = ajv.formats['uri'] as (text: string) => boolean
ajv.addFormat('uri', { validate: (text: string) => /^https?:\/\//i.test(text) && rfc3986(text) && URL.canParse(text) })

// the URL of a server, to which paths can be appended
ajv.addFormat('base-url', { validate: (text: string) => /^https?:\/\/[^\s?#@]+$/.test(text) && URL.canParse(text) })

ajv.addVocabulary(['x-examples', 'x-takes', 'x-masked', 'x-placeholder']) // for people: in the OpenAPI document and in messages about options

// limits each value of an object. It is a keyword of the object, because Ajv copies all errors so far for each custom keyword that fails
ajv.addKeyword({ keyword: 'x-value-limits', schemaType: 'object', type: 'object', errors: true, validate: checkValueLimits })

function checkValueLimits (this: unknown, limits: JsonLimits, map: Record<string, unknown>): boolean {
  checkValueLimits.errors = []
  for (const property in map) {
    const limit = limitExceededBy(map[property], limits)
    if (limit !== undefined) checkValueLimits.errors.push({ keyword: 'x-value-limits', params: { property, ...describeLimit(limit, limits) } })
  }
  return checkValueLimits.errors.length === 0
}
checkValueLimits.errors = [] as Partial<ErrorObject>[]

ajv.addKeyword({ keyword: 'x-exactly-one', schemaType: 'array', type: 'object', errors: true, validate: checkExactlyOne })

function checkExactlyOne (this: unknown, fields: readonly string[], value: object): boolean {
  checkExactlyOne.errors = []
  const sent = fields.filter(field => Object.hasOwn(value, field))
  const report = (property: string, msg: string, type: string) =>
    checkExactlyOne.errors.push({ keyword: 'x-exactly-one', params: { property, msg, type } })
  if (sent.length === 0) report(fields[0] as string, `is required, or ${fields.slice(1).join(' or ')}`, 'missing')
  for (const field of sent.slice(1)) report(field, `cannot come together with ${sent[0] as string}`, 'value_error')
  return checkExactlyOne.errors.length === 0
}
checkExactlyOne.errors = [] as Partial<ErrorObject>[]

/** Finds all problems of a value; an empty list if there are none. The `loc` of each problem begins with `place`. */
export type Check = (value: unknown, place?: Problem['loc']) => Problem[]

const checks = new WeakMap<TSchema, Check>()

/** The check of a schema. It is compiled once per process, when it is first needed, because most runs never need most of the checks. */
export function checkOf (schema: TSchema): Check {
  let check = checks.get(schema)
  if (check === undefined) checks.set(schema, check = createCheck(schema))
  return check
}

function createCheck (schema: TSchema): Check {
  let validate: ValidateFunction | undefined
  return (value, place = []) => {
    validate ??= ajv.compile(dereference(schema))
    if (validate(value)) return []
    const errors = validate.errors as ErrorObject[]
    const mistyped = new Set(errors.filter(({ keyword }) => keyword === 'type').map(({ instancePath }) => instancePath))
    return errors
      .filter(({ keyword }) => keyword !== 'if') // only repeats that `then` or `else` failed
      .filter(({ keyword, instancePath }) => keyword !== 'enum' || !mistyped.has(instancePath)) // the same problem again
      .map(error => ({ loc: [...place, ...locate(error, value)], ...describe(error) }))
  }
}

/** The path to the offending field, with positions in lists as numbers. */
function locate ({ instancePath, keyword, params }: ErrorObject, root: unknown): Problem['loc'] {
  let value = root
  const loc = instancePath.split('/').slice(1).map(step => {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    const isIndex = Array.isArray(value)
    value = (value as Record<string, unknown>)[name]
    return isIndex ? Number(name) : name
  })
  const field = { 'additionalProperties': 'additionalProperty', 'required': 'missingProperty', 'x-value-limits': 'property', 'x-exactly-one': 'property' }[keyword]
  return field === undefined ? loc : [...loc, params[field] as string]
}

/** JSON Schema's types: their codes, which are those of Pydantic, and their names for people. */
const types = {
  string: { code: 'string', name: 'a string' },
  integer: { code: 'int', name: 'a whole number' },
  number: { code: 'float', name: 'a number' },
  boolean: { code: 'bool', name: 'true or false' },
  array: { code: 'list', name: 'a list' },
  object: { code: 'dict', name: 'a JSON object' },
  null: { code: 'none', name: 'null' }
}
type JsonType = keyof typeof types

const formats = {
  'date': { msg: 'must be a calendar date, such as 2026-01-01', type: 'date_parsing' },
  'date-time': { msg: 'must be a date and time, such as 2026-01-01T12:00:00.000Z', type: 'datetime_parsing' },
  'base-url': { msg: 'must be a URL such as https://mock.example', type: 'url_parsing' },
  'uri': { msg: 'must be a URL that begins with http:// or https://, such as https://example.com/done', type: 'url_parsing' }
}

function describe ({ keyword, params, message, parentSchema }: ErrorObject): Omit<Problem, 'loc'> {
  switch (keyword) {
    case 'type': {
      const allowed = [params['type'] as JsonType | JsonType[]].flat()
      return { msg: `must be ${allowed.map(type => types[type].name).join(' or ')}`, type: `${types[allowed[0] as JsonType].code}_type` }
    }
    case 'additionalProperties':
      return { msg: `is not a field here; the fields are ${Object.keys(parentSchema?.['properties'] as object).join(', ')}`, type: 'extra_forbidden' }
    case 'required':
      return { msg: 'is required', type: 'missing' }
    case 'enum':
      return { msg: `must be one of: ${(params['allowedValues'] as unknown[]).map(String).join(', ')}`, type: 'enum' }
    case 'minLength':
      return { msg: 'must not be empty', type: 'string_too_short' }
    case 'maxLength':
      return { msg: `must have at most ${params['limit'] as number} characters`, type: 'string_too_long' }
    case 'format':
      return formats[params['format'] as keyof typeof formats]
    case 'minimum':
      return { msg: `must be ${params['limit'] as number} or more`, type: 'too_small' }
    case 'maximum':
      return { msg: `must be ${params['limit'] as number} or less`, type: 'too_large' }
    case 'pattern':
      return { msg: `must be ${String(parentSchema?.['x-takes'] ?? `text that matches ${params['pattern'] as string}`)}`, type: 'string_pattern_mismatch' }
    case 'minItems':
      return { msg: `must have at least ${params['limit'] as number} item${params['limit'] === 1 ? '' : 's'}`, type: 'too_short' }
    case 'maxItems':
      return { msg: `must have at most ${params['limit'] as number} item${params['limit'] === 1 ? '' : 's'}`, type: 'too_long' }
    case 'x-value-limits':
    case 'x-exactly-one':
      return { msg: params['msg'] as string, type: params['type'] as string }
    default:
      return { msg: String(message), type: 'value_error' }
  }
}
