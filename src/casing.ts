import type { TSchema } from '@sinclair/typebox'

/** The casings of response keys (the vendor's page). */
export const keyInflections = ['snake', 'camel', 'kebab'] as const
export type KeyInflection = typeof keyInflections[number]

const inflect: Record<KeyInflection, (key: string) => string> = {
  snake: key => key,
  camel: key => key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
  kebab: key => key.replaceAll('_', '-')
}

/** A snake_case name of ours in another casing. */
export function inflectKey (key: string, inflection: KeyInflection): string {
  return inflect[inflection](key)
}

type Rename = (value: unknown) => unknown

const renames: Record<KeyInflection, WeakMap<TSchema, Rename>> = { snake: new WeakMap(), camel: new WeakMap(), kebab: new WeakMap() }

/**
 * A value with the keys that `schema` names in another casing. What the schema does not name is the user's data
 * (metadata, above all) and is passed on as it is, by reference.
 */
export function renameKeys (schema: TSchema, inflection: KeyInflection, value: unknown): unknown {
  if (inflection === 'snake') return value
  let rename = renames[inflection].get(schema)
  if (rename === undefined) renames[inflection].set(schema, rename = compileRename(schema, inflection))
  return rename(value)
}

/** Looks at the schema once, so that a request pays for nothing but copying its fields. */
function compileRename (schema: TSchema, inflection: KeyInflection): Rename {
  if (schema['properties'] === undefined) return value => value
  const fields = Object.entries(schema['properties'] as Record<string, TSchema>).map(([key, child]) => ({
    key,
    renamed: inflectKey(key, inflection),
    rename: compileRename(child, inflection)
  }))
  return value => {
    const source = value as Record<string, unknown>
    const target: Record<string, unknown> = {}
    for (const { key, renamed, rename } of fields) target[renamed] = rename(source[key])
    return target
  }
}

/** A schema with its own keys in another casing: what `renameKeys` makes of a value fits it. */
export function inflectSchema (schema: TSchema, inflection: KeyInflection): TSchema {
  if (schema['properties'] === undefined) return schema
  const properties = Object.entries(schema['properties'] as Record<string, TSchema>)
  return {
    ...schema,
    properties: Object.fromEntries(properties.map(([key, child]) => [inflectKey(key, inflection), inflectSchema(child, inflection)])),
    required: (schema['required'] as string[] | undefined)?.map(key => inflectKey(key, inflection))
  }
}

/** What `acceptAnyCasing` found: the body under its snake_case names, and the names that came in two spellings. */
export interface CanonicalBody {
  body: unknown
  repeated: string[]
}

const aliases = new WeakMap<TSchema, Map<string, string>>()

/**
 * Gives the members of a request body the names that `schema` has for them: `externalRef` and `external-ref` mean
 * `external_ref` (the vendor's newer page). Only members of the body itself: what lies deeper is the user's data.
 * A name that comes twice is kept once and told in `repeated`.
 */
export function acceptAnyCasing (schema: TSchema, body: unknown): CanonicalBody {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return { body, repeated: [] }
  let known = aliases.get(schema)
  if (known === undefined) aliases.set(schema, known = aliasesOf(schema))
  if (!Object.keys(body).some(key => known.has(key))) return { body, repeated: [] }
  const canonical = new Map<string, unknown>()
  const repeated = new Set<string>()
  for (const [key, value] of Object.entries(body)) {
    const name = known.get(key) ?? key
    if (canonical.has(name)) repeated.add(name)
    canonical.set(name, value)
  }
  // fromEntries, unlike assignment, makes a member called __proto__ a member like any other
  return { body: Object.fromEntries(canonical), repeated: [...repeated] }
}

function aliasesOf (schema: TSchema): Map<string, string> {
  const names = Object.keys(schema['properties'] as Record<string, TSchema>)
  return new Map(names
    .flatMap(name => keyInflections.map((inflection): [string, string] => [inflectKey(name, inflection), name]))
    .filter(([alias, name]) => alias !== name))
}
