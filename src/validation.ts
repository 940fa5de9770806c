import type { TSchema } from '@sinclair/typebox'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import ajvFormats from 'ajv-formats'
import { isTellable } from './clock.js'
import type { Problem } from './errors.js'

// Fastify's own Ajv coerces types and removes unknown members, which lets wrong input pass in silence: this one only
// looks, and reports everything it finds.
const ajv = new Ajv({
  allErrors: true,
  allowUnionTypes: true,
  verbose: true,
  // without the schema of schemas, and without polishing: to compile is dearer than to check, and delays every start
  meta: false,
  validateSchema: false,
  code: { optimize: false }
})
ajvFormats.default(ajv, ['date', 'date-time'])

// RFC 3339 has leap seconds, a JavaScript Date has not, and its years go beyond four digits: what could not be told again is refused.
const rfc3339 = ajv.formats['date-time'] as { validate: (text: string) => boolean }
ajv.addFormat('date-time', { validate: (text: string) => rfc3339.validate(text) && isTellable(Date.parse(text)) })

ajv.addVocabulary(['x-examples', 'x-takes', 'x-placeholder', 'x-masked']) // for people: in the OpenAPI document, and in what is said of options

/** How large a JSON value may be: `{ bytes, depth }`, the bytes of its compact UTF-8 text, and its levels of nesting. */
export interface JsonLimits {
  bytes: number
  depth: number
}

ajv.addKeyword({ keyword: 'x-json-limits', schemaType: 'object', errors: true, validate: checkJsonLimits })

function checkJsonLimits (this: unknown, limits: JsonLimits, value: unknown): boolean {
  const type = jsonFault(value, limits)
  checkJsonLimits.errors = type === undefined ? [] : [{ keyword: 'x-json-limits', params: { type, limits } }]
  return type === undefined
}
checkJsonLimits.errors = [] as Partial<ErrorObject>[]

/** Depth first: a value that is nested too deep has no text to measure. */
function jsonFault (value: unknown, { bytes, depth }: JsonLimits): 'too_deep' | 'finite_number' | 'too_large' | undefined {
  // no character takes more than six bytes, as \u0000 does: short text, which most values are, need not be measured
  if (typeof value === 'string' && value.length * 6 + 2 <= bytes) return undefined
  if (isDeeperThan(depth, value)) return 'too_deep'
  if (hasInfinity(value)) return 'finite_number'
  return Buffer.byteLength(JSON.stringify(value)) > bytes ? 'too_large' : undefined
}

function isDeeperThan (depth: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return depth === 0 || Object.values(value).some(child => isDeeperThan(depth - 1, child))
}

/** JSON can write 1e400, and no double can hold it. */
function hasInfinity (value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(hasInfinity)
  return typeof value === 'number' && !Number.isFinite(value)
}

/**
 * How deep any JSON may be nested: JSON.stringify, which has to write it again, overflows the stack at some four
 * thousand levels.
 */
const MAX_DEPTH = 2_000

/** What is wrong with JSON that is nested too deep to be worked with, or nothing. */
export function checkDepth (value: unknown, place: Problem['loc']): Problem[] {
  return isDeeperThan(MAX_DEPTH, value) ? [{ loc: place, msg: `must not be nested deeper than ${MAX_DEPTH} levels`, type: 'too_deep' }] : []
}

/** Finds everything in `value` that a schema forbids; an empty list when there is nothing. */
export type Check = (value: unknown, place?: Problem['loc']) => Problem[]

/**
 * Compiles a schema to a check. The same schema is compiled once in a process, however many apps use it, and when it is
 * first needed: most checks of most runs are never made.
 */
export function compileCheck (schema: TSchema): Check {
  let validate: ValidateFunction | undefined
  return (value, place = []) => {
    validate ??= ajv.compile(schema)
    if (validate(value)) return []
    const errors = validate.errors as ErrorObject[]
    const mistyped = new Set(errors.filter(({ keyword }) => keyword === 'type').map(({ instancePath }) => instancePath))
    return errors
      .filter(({ keyword }) => keyword !== 'if') // says only that `then` or `else` failed, which they say themselves
      .filter(({ keyword, instancePath }) => keyword !== 'enum' || !mistyped.has(instancePath)) // one problem, told once
      .map(error => ({ loc: [...place, ...locate(error, value)], ...describe(error) }))
  }
}

/** The way to the offending field, with the positions in lists as numbers. */
function locate ({ instancePath, keyword, params }: ErrorObject, root: unknown): Problem['loc'] {
  let value = root
  const loc = instancePath.split('/').slice(1).map(step => {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    const isIndex = Array.isArray(value)
    value = (value as Record<string, unknown>)[name]
    return isIndex ? Number(name) : name
  })
  return keyword === 'additionalProperties' ? [...loc, params['additionalProperty'] as string] : loc
}

/** JSON Schema's types: what Pydantic calls them, whose form of problems the API has, and what people do. */
const typeNames = {
  string: { code: 'string', words: 'a string' },
  integer: { code: 'int', words: 'a whole number' },
  number: { code: 'float', words: 'a number' },
  boolean: { code: 'bool', words: 'true or false' },
  array: { code: 'list', words: 'a list' },
  object: { code: 'dict', words: 'a JSON object' },
  null: { code: 'none', words: 'null' }
}
type JsonType = keyof typeof typeNames

function describe ({ keyword, params, message, parentSchema }: ErrorObject): Omit<Problem, 'loc'> {
  switch (keyword) {
    case 'type': {
      const types = [params['type'] as JsonType | JsonType[]].flat()
      return { msg: `must be ${types.map(type => typeNames[type].words).join(' or ')}`, type: `${typeNames[types[0] as JsonType].code}_type` }
    }
    case 'additionalProperties':
      return { msg: `is not a field here; the fields are ${Object.keys(parentSchema?.['properties'] as object).join(', ')}`, type: 'extra_forbidden' }
    case 'enum':
      return { msg: `must be one of: ${(params['allowedValues'] as unknown[]).map(String).join(', ')}`, type: 'enum' }
    case 'minLength':
      return { msg: 'must not be empty', type: 'string_too_short' }
    case 'maxLength':
      return { msg: `must have at most ${params['limit'] as number} characters`, type: 'string_too_long' }
    case 'format':
      return params['format'] === 'date'
        ? { msg: 'must be a calendar date, as 2026-01-01', type: 'date_parsing' }
        : { msg: 'must be a date and time, as 2026-01-01T12:00:00.000Z', type: 'datetime_parsing' }
    case 'x-json-limits': {
      const { bytes, depth } = params['limits'] as JsonLimits
      switch (params['type']) {
        case 'too_deep': return { msg: `must not be nested deeper than ${depth} levels`, type: 'too_deep' }
        case 'finite_number': return { msg: 'holds a number beyond the range of a double', type: 'finite_number' }
        default: return { msg: `must have at most ${bytes} bytes as compact JSON`, type: 'too_large' }
      }
    }
    default:
      return { msg: String(message), type: 'value_error' }
  }
}
