import { type TSchema, Type } from '@sinclair/typebox'
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
 * Compiles the renaming of the fields in a schema, at any depth: in objects, lists, maps, and unions. Other fields are user data, such as
 * metadata, and are passed on by reference.
 */
export function compileRename (schema: TSchema, inflection: KeyInflection): Rename {
  return inflection === 'snake' ? same : renameOf(dereference(schema), inflection, copyNamed)
}

/**
 * Compiles the same renaming for a serializer that reads the fields of the schema one by one. It does not copy objects, which takes a
 * third of the time (bench/README.md). To any other reader, such as `JSON.stringify`, the objects look empty.
 */
export function compileView (schema: TSchema, inflection: KeyInflection): Rename {
  return renameOf(dereference(schema), inflection, viewNamed)
}

function renameOf (schema: TSchema, inflection: KeyInflection, renameNamed: typeof copyNamed): Rename {
  // a union renames the fields of all of its alternatives
  const alternatives = alternativesOf(schema)
  const renameAny = (schemas: readonly unknown[]): Rename => {
    const named = schemas.filter((one): one is TSchema => typeof one === 'object')
    return named.length === 0 ? same : renameOf(Type.Union(named), inflection, renameNamed)
  }
  const properties = alternatives.flatMap(one => Object.entries(one['properties'] as Record<string, TSchema> | undefined ?? {}))
  const fields = [...new Set(properties.map(([key]) => key))].map(key => ({
    key,
    renamed: inflectKey(key, inflection),
    rename: renameAny(properties.filter(([name]) => name === key).map(([, field]) => field))
  }))
  const others = alternatives.map(one => one['additionalProperties'] as unknown).filter(Boolean)
  const renameItem = renameAny(alternatives.map(one => one['items'] as unknown))
  const renameFields = fields.length === 0 ? same : renameNamed(fields)
  const renameObject = others.length === 0 ? renameFields : renameAlso(fields, renameAny(others))
  if (renameItem === same && renameObject === same) return same

  return value => {
    if (typeof value !== 'object' || value === null) return value
    return Array.isArray(value) ? value.map(renameItem) : renameObject(value)
  }
}

function alternativesOf (schema: TSchema): TSchema[] {
  return [schema, ...(schema['anyOf'] as TSchema[] | undefined ?? []).flatMap(alternativesOf)]
}

interface RenamedField {
  key: string
  renamed: string
  rename: Rename
}

/** Renames an object that has only the named fields. */
function copyNamed (fields: readonly RenamedField[]): Rename {
  return value => {
    const target: Record<string, unknown> = {}
    for (const { key, renamed, rename } of fields) {
      const child = (value as Record<string, unknown>)[key]
      if (child !== undefined) target[renamed] = rename(child)
    }
    return target
  }
}

/** Shows an object that has only the named fields under their new names. */
function viewNamed (fields: readonly RenamedField[]): Rename {
  class View {
    readonly #source: Readonly<Record<string, unknown>>

    constructor (source: Readonly<Record<string, unknown>>) {
      this.#source = source
    }

    static {
      for (const { key, renamed, rename } of fields) {
        Object.defineProperty(this.prototype, renamed, rename === same
          ? { get (this: View) { return this.#source[key] } }
          : { get (this: View) { return rename(this.#source[key]) } })
      }
    }
  }
  return value => new View(value as Record<string, unknown>)
}

/** Renames an object that has more fields than those named, such as a map: the names of the others are user data. */
function renameAlso (fields: readonly RenamedField[], renameOther: Rename): Rename {
  if (fields.length === 0 && renameOther === same) return same
  const named = new Map(fields.map(field => [field.key, field]))
  // fromEntries, unlike assignment, makes a field called __proto__ a field like any other
  return value => Object.fromEntries(Object.entries(value as object).map(([key, child]: [string, unknown]) => {
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
 * Compiles a function that accepts any casing: `externalRef` and `external-ref` mean `external_ref` (the vendor's newer page). It
 * renames only the fields of the body itself; deeper fields are user data. A field in two casings is in `repeated`.
 */
export function compileAnyCasing (schema: TSchema): (body: unknown) => CanonicalBody {
  const names = Object.keys((schema['properties'] as object | undefined) ?? {})
  const aliases = new Map(names.flatMap(name => keyInflections.map((inflection): [string, string] => [inflectKey(name, inflection), name])))
  // values that are not objects are canonical too: they have no field of the schema
  const isCanonical = (body: unknown): boolean => {
    for (const key in body as object) if ((aliases.get(key) ?? key) !== key) return false
    return true
  }

  return body => {
    if (isCanonical(body)) return { body, repeated: [] }
    const canonical = new Map<string, unknown>()
    const repeated = new Set<string>()
    for (const key of Object.keys(body as object)) {
      const name = aliases.get(key) ?? key
      if (canonical.has(name)) repeated.add(name)
      canonical.set(name, (body as Record<string, unknown>)[key])
    }
    // fromEntries, unlike assignment, makes a field called __proto__ a field like any other
    return { body: Object.fromEntries(canonical), repeated: [...repeated] }
  }
}
