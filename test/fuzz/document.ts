import type { FastifyInstance } from 'fastify'
import type { Schema } from './values.js'

/** An operation of the OpenAPI document. */
export interface Operation {
  id: string
  method: string
  path: string
  parameters: { in: string, name: string, schema: Schema }[]
  body: Schema | undefined
  /** The schema of the response for each status; `undefined` for one without a body. */
  responses: Map<number, Schema | undefined>
}

/** The OpenAPI document of a mock, in the form from which requests and laws are made. */
export interface Document {
  operations: Operation[]
}

interface Content { content?: Record<string, { schema: Schema }> }
interface RawOperation { operationId: string, parameters?: Operation['parameters'], requestBody?: Content, responses: Record<string, Content> }
interface RawDocument { paths: Record<string, Record<string, RawOperation>>, components: { schemas: Record<string, Schema> } }

/** A part of the document with every reference replaced by its schema. No schema refers to itself. */
function dereference (part: unknown, schemas: Record<string, Schema>): unknown {
  if (typeof part !== 'object' || part === null) return part
  if (Array.isArray(part)) return part.map(one => dereference(one, schemas))
  if ('$ref' in part) return dereference(schemas[String(part.$ref).replace('#/components/schemas/', '')], schemas)
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, dereference(value, schemas)]))
}

const schemaOf = (part: Content | undefined) => part?.content?.['application/json']?.schema

/** Reads the document that a mock serves. */
export async function readDocument (app: FastifyInstance): Promise<Document> {
  const { paths, components } = (await app.inject('/openapi.json')).json<RawDocument>()
  const operations = Object.entries(dereference(paths, components.schemas) as RawDocument['paths']).flatMap(([path, methods]) => Object.entries(methods).map(([method, raw]): Operation => ({
    id: raw.operationId,
    method,
    path,
    parameters: raw.parameters ?? [],
    body: schemaOf(raw.requestBody),
    responses: new Map(Object.entries(raw.responses).map(([status, response]) => [Number(status), schemaOf(response)]))
  })))
  return { operations }
}
