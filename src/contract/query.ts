import type { TObject } from '@sinclair/typebox'

/**
 * Compiles the reading of a query: parameters that the schema has as whole numbers become numbers, where they are written as one, and
 * parameters that it does not know are left out, unless it forbids them.
 */
export function compileQuery (schema: TObject): (query: Readonly<Record<string, unknown>>) => Record<string, unknown> {
  const isKnown = (name: string) => schema.additionalProperties === false || Object.hasOwn(schema.properties, name)
  const read = (name: string, value: unknown) =>
    schema.properties[name]?.['type'] === 'integer' && typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value
  return query => Object.fromEntries(Object.entries(query)
    .filter(([name]) => isKnown(name))
    .map(([name, value]) => [name, read(name, value)]))
}
