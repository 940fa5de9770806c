import type { TSchema } from '@sinclair/typebox'
import { dereference, mapSubschemas } from './schema.js'

/** The casings of response keys (the vendor's page). */
export const keyInflections = ['snake', 'camel', 'kebab'] as const
export type KeyInflection = typeof keyInflections[number]

const inflect: Record<KeyInflection, (key: string) => string> = {
  snake: key => key,
  camel: key => key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
  kebab: key => key.replaceAll('_', '-')
}

/** A snake_case field name in another casing. */
export function inflectKey (key: string, inflection: KeyInflection): string {
  return inflect[inflection](key)
}

/** A schema whose field names have another casing, at any depth. Names that it does not list are user data and stay. */
export function inflectSchema (schema: TSchema, inflection: KeyInflection): TSchema {
  const copy = mapSubschemas(schema, child => inflectSchema(child, inflection))
  const { properties, required } = copy as { properties?: Record<string, TSchema>, required?: string[] }
  if (properties === undefined) return copy
  return {
    ...copy,
    properties: Object.fromEntries(Object.entries(properties).map(([key, field]) => [inflectKey(key, inflection), field])),
    ...(required && { required: required.map(key => inflectKey(key, inflection)) })
  }
}

/** Gives a value's fields the names of another casing. */
export type Rename = (value: unknown) => unknown

const same: Rename = value => value

/**
 * Compiles the renaming of the fields that a schema names, at any depth: in objects, lists, maps and unions. What the schema
 * does not name is user data (metadata, above all) and is passed on by reference.
 */
export function compileRename (schema: TSchema, inflection: KeyInflection): Rename {
  return inflection === 'snake' ? same : renameOf(dereference(schema), inflection)
}

function renameOf (schema: TSchema, inflection: KeyInflection): Rename {
  // a union renames what any of its alternatives names
  const alternatives = [schema, ...(schema['anyOf'] as TSchema[] | undefined) ?? []]
  const find = (keyword: string) => alternatives.map(one => one[keyword] as unknown).find(value => value !== undefined)
  const properties = Object.assign({}, ...alternatives.map(one => one['properties'] as object | undefined)) as Record<string, TSchema>
  const fields = Object.entries(properties).map(([key, field]) =>
    ({ key, renamed: inflectKey(key, inflection), rename: renameOf(field, inflection) }))
  const renameItem = renameOfOptional(find('items'), inflection)
  const renameFields = fields.length === 0 ? undefined : renameNamed(fields)
  const others = find('additionalProperties')
  const renameObject = others === undefined ? renameFields : renameAlso(fields, renameOfOptional(others, inflection))
  if (renameItem === same && renameObject === undefined) return same

  return value => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(renameItem)
    return renameObject === undefined ? value : renameObject(value)
  }
}

function renameOfOptional (schema: unknown, inflection: KeyInflection): Rename {
  return typeof schema === 'object' ? renameOf(schema as TSchema, inflection) : same
}

interface RenamedField {
  key: string
  renamed: string
  rename: Rename
}

/** Renames an object that has no fields but those named. */
function renameNamed (fields: readonly RenamedField[]): (value: object) => object {
  return value => {
    const target: Record<string, unknown> = {}
    for (const { key, renamed, rename } of fields) {
      const child = (value as Record<string, unknown>)[key]
      if (child !== undefined) target[renamed] = rename(child)
    }
    return target
  }
}

/** Renames an object that has fields beside those named, such as a map: their names are user data. */
function renameAlso (fields: readonly RenamedField[], renameOther: Rename): ((value: object) => object) | undefined {
  if (fields.length === 0 && renameOther === same) return undefined
  const named = new Map(fields.map(field => [field.key, field]))
  // fromEntries, unlike assignment, makes a field called __proto__ a field like any other
  return value => Object.fromEntries(Object.entries(value).map(([key, child]: [string, unknown]) => {
    const field = named.get(key)
    return field === undefined ? [key, renameOther(child)] : [field.renamed, field.rename(child)]
  }))
}

/** A request body under the names of its schema, and the fields that came in more than one casing. */
export interface CanonicalBody {
  body: unknown
  repeated: string[]
}

/**
 * Compiles the acceptance of any casing: `externalRef` and `external-ref` mean `external_ref` (the vendor's newer page). This
 * is about the fields of the body itself; what lies deeper is user data. A field that comes in two casings is in `repeated`.
 */
export function compileAnyCasing (schema: TSchema): (body: unknown) => CanonicalBody {
  const names = Object.keys((schema['properties'] as object | undefined) ?? {})
  const aliases = new Map(names.flatMap(name => keyInflections.map((inflection): [string, string] => [inflectKey(name, inflection), name])))

  return body => {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return { body, repeated: [] }
    const keys = Object.keys(body)
    if (!keys.some(key => aliases.has(key) && aliases.get(key) !== key)) return { body, repeated: [] }
    const canonical = new Map<string, unknown>()
    const repeated = new Set<string>()
    for (const key of keys) {
      const name = aliases.get(key) ?? key
      if (canonical.has(name)) repeated.add(name)
      canonical.set(name, (body as Record<string, unknown>)[key])
    }
    // fromEntries, unlike assignment, makes a field called __proto__ a field like any other
    return { body: Object.fromEntries(canonical), repeated: [...repeated] }
  }
}
