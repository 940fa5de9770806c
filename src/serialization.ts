import type { TSchema } from '@sinclair/typebox'
import fastJsonStringify from 'fast-json-stringify'

const serializers = new WeakMap<TSchema, (value: unknown) => string>()

/**
 * Compiles a schema to what writes its JSON. The same schema is compiled once in a process, however many apps use it,
 * and when it is first needed: most answers of most runs are never given.
 */
export function compileSerializer (schema: TSchema): (value: unknown) => string {
  return value => {
    let serialize = serializers.get(schema)
    if (serialize === undefined) serializers.set(schema, serialize = fastJsonStringify(schema))
    return serialize(value)
  }
}
