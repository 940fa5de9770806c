import type { SwaggerTransformObject } from '@fastify/swagger'
import type { TSchema } from '@sinclair/typebox'
import type { FastifySchema } from 'fastify'
import { inflectKey, inflectSchema, type KeyInflection } from './casing.js'
import { Fault, FaultEffect, FaultMatch, FaultRule } from './control/fault-rules.js'
import { JournalEntry } from './control/journal-entry.js'
import { ClockChange } from './control/routes/clock.js'
import { ClockState, IdempotencyKey, SavedKey, State } from './control/state.js'
import { Expectation, Unmet } from './control/verification.js'
import { ErrorBody, Problem } from './errors.js'
import { Fixture } from './sessions/fixtures.js'
import { Session } from './sessions/session.js'
import { SessionUpdate } from './sessions/update.js'

const api = { Session, SessionUpdate, ErrorBody }
const control = {
  ClockState,
  ClockChange,
  Expectation,
  Fault,
  FaultEffect,
  FaultMatch,
  FaultRule,
  Fixture,
  IdempotencyKey,
  JournalEntry,
  Problem,
  SavedKey,
  State,
  Unmet
}

type Document = ReturnType<SwaggerTransformObject>

/** The schemas that have a name in the document, so that clients generated from it have a type of that name. */
export function namedSchemas (inflection: KeyInflection): TSchema[] {
  const named = Object.entries({ ...api, ...control }).map(([name, schema]) => ({ ...schema, $id: name }))
  if (inflection === 'snake') return named
  const prefix = { camel: 'Camel', kebab: 'Kebab' }[inflection]
  return [...named, ...Object.entries(api).map(([name, schema]) => ({ ...inflectSchema(schema, inflection), $id: prefix + name }))]
}

/** What an operation answers beside what it says itself: what a fault orders, and what is refused before an operation is known. */
const anyError = { ...ErrorBody, description: 'Any other error: one that a fault injects, or of a request that could not be read' }

/** The schema of a route as the document has it: the API's with all names in the casing that is answered in unless another is asked for. */
export function describeRoute (route: FastifySchema, url: string, inflection: KeyInflection): FastifySchema {
  if (route.hide === true) return route
  const responses = { ...(route.response as Record<string, TSchema>), default: anyError }
  if (url.startsWith('/_mock/')) return { ...route, response: responses }
  const headers = route.headers as { properties: Record<string, object> }
  const casing = { ...headers.properties['Key-Inflection'], default: inflection }
  return {
    ...route,
    headers: { ...headers, properties: { ...headers.properties, 'Key-Inflection': casing } },
    body: inflectMedia(route.body as TSchema, inflection),
    response: Object.fromEntries(Object.entries(responses).map(([status, answer]) => [status, inflectMedia(answer, inflection)]))
  }
}

/** A schema and the examples that stand with it. The members of an example that have names of ours are its own, and none deeper. */
function inflectMedia (schema: TSchema, inflection: KeyInflection): TSchema {
  const examples = schema['x-examples'] as Record<string, { value: object }> | undefined
  if (examples === undefined) return inflectSchema(schema, inflection)
  return {
    ...inflectSchema(schema, inflection),
    'x-examples': Object.fromEntries(Object.entries(examples).map(([name, example]) => {
      const members = Object.entries(example.value).map(([key, value]): [string, unknown] => [inflectKey(key, inflection), value])
      return [name, { ...example, value: Object.fromEntries(members) }]
    }))
  }
}

/**
 * The document with a reference wherever one of its named schemas stands, without those that stand nowhere; and with
 * `anyOf` for `if`, `then` and `else`, of which generators of clients know nothing: where we have those, no value fits both.
 */
export function nameSchemas (document: Document): Document {
  const { components, ...rest } = document as { components: { schemas: Record<string, object> } }
  const names = new Map(Object.entries(components.schemas).map(([name, schema]) => [shapeOf(schema), name]))
  const used = new Map<string, unknown>()

  const visit = (node: unknown): unknown => {
    if (typeof node !== 'object' || node === null) return node
    if (Array.isArray(node)) return node.map(visit)
    const name = names.get(shapeOf(node))
    return name === undefined ? visitMembers(node) : refer(name)
  }
  const visitMembers = (node: object) => {
    const { if: condition, then, else: otherwise, ...others } = node as Record<string, unknown>
    const members = condition === undefined ? node : { ...others, anyOf: [then, otherwise] }
    return Object.fromEntries(Object.entries(members).map(([key, member]) => [key, visit(member)]))
  }
  const refer = (name: string) => {
    if (!used.has(name)) used.set(name, visitMembers(components.schemas[name] as object))
    return { $ref: `#/components/schemas/${name}` }
  }

  const named = visit(rest) as Document
  return { ...named, components: { ...components, schemas: Object.fromEntries(used) } } as Document
}

/** What makes two schemas the same: all but what is said of the place where they stand. */
function shapeOf (schema: object): string {
  return JSON.stringify({ ...schema, $id: undefined, title: undefined, description: undefined })
}
