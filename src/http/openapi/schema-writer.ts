import type { TSchema } from '@sinclair/typebox'
import { inflectKey, inflectSchema, type KeyInflection } from '../../contract/casing.js'
import { dereference, mapSubschemas, targetOf } from '../../contract/schema.js'

const prefixes: Record<KeyInflection, string> = { snake: '', camel: 'Camel', kebab: 'Kebab' }

/** Writes schemas for OpenAPI: named schemas as references to `components`, which contains each of them once. */
export class SchemaWriter {
  /** The named schemas that were referenced, by name. */
  readonly components: Record<string, object> = {}

  /** A schema, with its field names in a casing. A named schema in another casing has its own name: `CamelSession`. */
  write (schema: TSchema, inflection: KeyInflection = 'snake'): object {
    const named = targetOf(schema) ?? (schema.$id === undefined ? undefined : schema)
    if (named === undefined) return this.#writeInline(schema, inflection)
    const isSame = inflection === 'snake' || JSON.stringify(inflectSchema(dereference(named), inflection)) === JSON.stringify(dereference(named))
    const name = (isSame ? '' : prefixes[inflection]) + String(named.$id)
    if (!(name in this.components)) {
      this.components[name] = this.#writeInline(named, isSame ? 'snake' : inflection)
    }
    return { $ref: `#/components/schemas/${name}` }
  }

  #writeInline (schema: TSchema, inflection: KeyInflection): object {
    const written: Record<string, unknown> = { ...mapSubschemas(schema, child => this.write(child, inflection) as TSchema) }
    // client generators do not support `if`; in the mock's schemas that have it, no value fits both alternatives
    if ('if' in written) written['anyOf'] = [written['then'], written['else']]
    for (const keyword of ['$id', 'if', 'then', 'else', 'x-examples']) Reflect.deleteProperty(written, keyword)
    return inflectNames(written, inflection)
  }
}

/** Renames only the fields of the schema itself: its subschemas have already been written. */
function inflectNames (schema: Record<string, unknown>, inflection: KeyInflection): object {
  const { properties, required } = schema as { properties?: object, required?: string[] }
  if (properties === undefined) return schema
  return {
    ...schema,
    properties: Object.fromEntries(Object.entries(properties).map(([key, field]: [string, unknown]) =>
      [inflectKey(key, inflection), field])),
    ...(required && { required: required.map(key => inflectKey(key, inflection)) })
  }
}
