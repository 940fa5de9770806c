import type { TSchema } from '@sinclair/typebox'
import fastJsonStringify from 'fast-json-stringify'
import { inflectSchema, type KeyInflection, renameKeys } from './casing.js'

/** An answer that knows its text, so that no serializer has to write it anew. */
export interface Written {
  toText (inflection: KeyInflection): string
}

/** The JSON of an answer, in a casing. */
export function answerText (schema: TSchema, inflection: KeyInflection, answer: unknown): string {
  const { toText } = (answer ?? {}) as Partial<Written>
  return toText === undefined ? serializerOf(schema, inflection)(answer) : toText.call(answer, inflection)
}

/**
 * The same text in one piece. What is put together of texts is a rope that keeps all of them; to read one character ties
 * them into one.
 */
export function flat (text: string): string {
  text.charCodeAt(0)
  return text
}

export type Serialize = (value: unknown) => string

const serializers: Record<KeyInflection, WeakMap<TSchema, Serialize>> = { snake: new WeakMap(), camel: new WeakMap(), kebab: new WeakMap() }

/**
 * What writes the JSON of a schema, in a casing. The same schema is compiled once in a process, however many apps use
 * it, and when it is first needed: most answers of most runs are never given.
 */
export function serializerOf (schema: TSchema, inflection: KeyInflection): Serialize {
  let serialize = serializers[inflection].get(schema)
  if (serialize === undefined) serializers[inflection].set(schema, serialize = compile(schema, inflection))
  return serialize
}

function compile (schema: TSchema, inflection: KeyInflection): Serialize {
  const serialize = fastJsonStringify(inflectSchema(schema, inflection)) as Serialize
  return inflection === 'snake' ? serialize : value => serialize(renameKeys(schema, inflection, value))
}
