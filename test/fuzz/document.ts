import type { FastifyInstance } from 'fastify'
import type { Schema } from './values.js'

/** An operation of the OpenAPI document. */
export interface Operation {
  id: string
  method: string
  path: string
  parameters: { in: string, name: string, schema: Schema }[]
  body: Schema | undefined
  /** The schema of the answer for each status; `undefined` for one without a body. */
  answers: Map<number, Schema | undefined>
}

/** The OpenAPI document of a mock, in the form in which requests and laws are made of it. */
export interface Document {
  operations: Operation[]
}

interface Content { content?: Record<string, { schema: Schema }> }
interface RawOperation { operationId: string, parameters?: Operation['parameters'], requestBody?: Content, responses: Record<string, Content> }

const schemaOf = (part: Content | undefined) => part?.content?.['application/json']?.schema

/** Reads the document that a mock serves. */
export async function readDocument (app: FastifyInstance): Promise<Document> {
  const { paths } = (await app.inject('/openapi.json')).json<{ paths: Record<string, Record<string, RawOperation>> }>()
  const operations = Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, raw]): Operation => ({
    id: raw.operationId,
    method,
    path,
    parameters: raw.parameters ?? [],
    body: schemaOf(raw.requestBody),
    answers: new Map(Object.entries(raw.responses).map(([status, response]) => [Number(status), schemaOf(response)]))
  })))
  return { operations }
}
