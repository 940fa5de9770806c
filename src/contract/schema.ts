import { type Static, type TSchema, type TUnsafe, Type } from '@sinclair/typebox'

type Same<A, B> = [A] extends [B] ? [B] extends [A] ? unknown : never : never

/**
 * Ties a schema to the interface that it describes: `schemaOf<Fault>()(Type.Object({ … }))`. The compiler reports an error if only
 * one of them changes. Editors show the interface, with its comments.
 */
export function schemaOf<T> () {
  return <S extends TSchema>(schema: S & Same<Static<S>, T>): S => schema
}

const target = Symbol('the schema that a reference names')

/** A reference to a named schema (one with `$id`). The OpenAPI document writes it as a `$ref`; everything else resolves it. */
export function ref<S extends TSchema> (schema: S): TUnsafe<Static<S>> {
  return Type.Unsafe<Static<S>>({ $ref: schema.$id, [target]: schema })
}

/** The target of a reference; `undefined` if the schema is not a reference. */
export function targetOf (schema: TSchema): TSchema | undefined {
  return (schema as { [target]?: TSchema })[target]
}

/** A schema with all references resolved, for compilers that read only one schema. */
export function dereference (schema: TSchema): TSchema {
  const { $id, ...rest } = targetOf(schema) ?? schema
  return mapSubschemas(rest, dereference)
}

/** A schema with its direct subschemas replaced: fields, items, alternatives, and the values of maps. */
export function mapSubschemas (schema: TSchema, map: (schema: TSchema) => TSchema): TSchema {
  const copy: Record<string, unknown> = { ...schema }
  for (const keyword of ['items', 'additionalProperties', 'if', 'then', 'else']) {
    if (typeof copy[keyword] === 'object') copy[keyword] = map(copy[keyword] as TSchema)
  }
  if (Array.isArray(copy['anyOf'])) copy['anyOf'] = copy['anyOf'].map(map)
  if (typeof copy['properties'] === 'object') {
    copy['properties'] = Object.fromEntries(Object.entries(copy['properties'] as Record<string, TSchema>).map(([name, field]) => [name, map(field)]))
  }
  return copy as unknown as TSchema
}

/** A schema for a value or null. It is a list of types, not a union, so that a serializer compares types instead of validating twice. */
export function nullable<S extends TSchema> (schema: S): TUnsafe<Static<S> | null> {
  const { enum: values } = schema as { enum?: unknown[] }
  return Type.Unsafe<Static<S> | null>({ ...schema, type: [schema['type'] as string, 'null'], ...(values && { enum: [...values, null] }) })
}

/** A schema for one of a few texts. */
export function oneOf<T extends string> (values: readonly T[], options: object = {}): TUnsafe<T> {
  return Type.Unsafe<T>({ type: 'string', enum: values, ...options })
}
