import type { TObject } from '@sinclair/typebox'

/**
 * Compiles a function that reads a query. Parameters that are whole numbers in the schema are converted if they are written as such.
 * Unknown parameters are dropped, unless the schema forbids them.
 */
export function compileQuery (schema: TObject): (query: Readonly<Record<string, unknown>>) => Record<string, unknown> {
  const isKnown = (name: string) => schema.additionalProperties === false || Object.hasOwn(schema.properties, name)
  const read = (name: string, value: unknown) =>
    schema.properties[name]?.['type'] === 'integer' && typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value
  return query => Object.fromEntries(Object.entries(query)
    .filter(([name]) => isKnown(name))
    .map(([name, value]) => [name, read(name, value)]))
}
