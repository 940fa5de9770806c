import type { TSchema } from '@sinclair/typebox'
import fastJsonStringify from 'fast-json-stringify'
import { compileRename, compileView, inflectSchema, type KeyInflection } from './casing.js'
import { dereference, mapSubschemas } from './schema.js'

/** Writes a response body as JSON. */
export type WriteBody = (body: unknown) => string

const writers: Record<KeyInflection, WeakMap<TSchema, WriteBody>> = { snake: new WeakMap(), camel: new WeakMap(), kebab: new WeakMap() }

/**
 * The only writer of response bodies: writes the value that a schema describes as JSON, in a casing. A schema is compiled once per process,
 * when it is first needed, because most runs never send most of the responses.
 */
export function writerOf (schema: TSchema, inflection: KeyInflection): WriteBody {
  let write = writers[inflection].get(schema)
  if (write === undefined) writers[inflection].set(schema, write = compile(schema, inflection))
  return write
}

function compile (schema: TSchema, inflection: KeyInflection): WriteBody {
  const plain = inflectSchema(dereference(schema), inflection)
  // a compiled serializer would validate the alternatives of a union with each body
  const isCompiled = !hasUnion(plain)
  const write = isCompiled ? fastJsonStringify(plain) as WriteBody : JSON.stringify
  if (inflection === 'snake') return write
  const rename = isCompiled ? compileView(schema, inflection) : compileRename(schema, inflection)
  return body => write(rename(body))
}

function hasUnion (schema: TSchema): boolean {
  let found = 'anyOf' in schema || 'if' in schema
  mapSubschemas(schema, child => {
    found ||= hasUnion(child)
    return child
  })
  return found
}
