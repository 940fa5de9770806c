import type { Static, TObject, TSchema } from '@sinclair/typebox'
import type { ErrorName } from '../contract/errors.js'
import type { Decision } from '../domain/decision.js'
import type { WebhookEvent } from '../domain/events.js'
import type { Allowance, Plan } from '../domain/rate-limits.js'
import type { Environment } from '../domain/sessions/session.js'
import type { Found, Reads } from '../domain/store.js'
import type { World } from '../domain/world.js'

/** Examples of a body for the OpenAPI document, by name. */
export type Examples = Readonly<Record<string, { summary?: string, value: object }>>

/** The input of an operation, besides documents. */
export interface Input<Params = Record<string, string>, Query = unknown, Body = unknown> {
  params: Params
  query: Query
  /** The checked body, with field names in snake_case. */
  body: Body
  /** The environment of the API key. */
  environment: Environment
  /** The time, in milliseconds since 1970. */
  now: number
  /** How many more requests the API key may make. */
  allowance: Allowance
  /** The plan whose limits apply. */
  plan: Plan
  /** Creates an unused ID or token: the prefix and 20 hexadecimal characters. */
  newId: (prefix: string) => string
  /** The origin of URLs in responses: the option `publicUrl`, or the host that the request was sent to, such as `http://127.0.0.1:4010`. */
  origin: () => string
  /** The hosts to which webhooks may be sent, besides loopback. */
  webhookHosts: readonly string[]
}

/** The groups of operations in the OpenAPI document. */
type OperationTag = 'Sessions' | 'Webhooks'

/** The declaration of an operation of the vendor's API. Route, OpenAPI entry, idempotency claim and fault names come from it. */
export interface OperationDefinition<
  P extends TObject, Q extends TObject | undefined, B extends TObject | undefined, R extends Reads, E = undefined
> {
  /** The operationId: `updateSession`. */
  id: string
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** The path after the prefix, as in OpenAPI: `/sessions/{session_id}`. */
  path: string
  /** The API key needs one of these scopes (the vendor's page on keys). */
  scopes: readonly string[]
  /** Whether the operation is for sandbox keys only (the vendor's page). */
  sandboxOnly?: boolean
  /** The group of the operation in the OpenAPI document; by default `Sessions`. */
  tag?: OperationTag
  summary: string
  description: string
  params: P
  query?: Q
  body?: B
  /** Whether a missing body means an empty one, `{}`. */
  bodyOptional?: boolean
  /** Whether the body may come as `{ "data": { "attributes": body } }` (the vendor's page on creating sessions). */
  bodyEnvelope?: boolean
  bodyExamples?: Examples
  /** The response of a success. Without a schema it has no body. */
  success: { status: number, schema?: TSchema, description: string, examples?: Examples }
  /** Whether the operation creates a session, and so counts towards the quota of its plan (the vendor's page). */
  createsSession?: boolean
  /** The events of the operation that are sent to webhook endpoints. */
  events?: readonly WebhookEvent[]
  /** The errors of the operation itself, besides those that all operations share. */
  errors: readonly ErrorName[]
  /** The IDs of the documents that the operation reads. */
  reads: (input: InputOf<P, Q, B>) => R
  /** The effect of the operation outside of the store before it decides, such as sending a request. A replay does not repeat it. */
  effect?: (input: InputOf<P, Q, B>, found: Found<R>, world: World) => Promise<E>
  /** Decides what the operation does: a pure function. It throws an `ApiError` to refuse the request. */
  decide: (input: InputOf<P, Q, B>, found: Found<R>, effect: E) => Decision
}

type StaticOf<T> = T extends TObject ? Static<T> : undefined
type InputOf<P extends TObject, Q, B> = Input<Static<P>, StaticOf<Q>, StaticOf<B>>

/** An operation whose types are checked. */
export interface Operation extends Omit<OperationDefinition<TObject, TObject | undefined, TObject | undefined, Reads>, 'reads' | 'effect' | 'decide'> {
  reads: (input: Input) => Reads
  effect?: (input: Input, found: Found, world: World) => Promise<unknown>
  decide: (input: Input, found: Found, effect?: unknown) => Decision
}

/** Declares an operation, and checks that `reads` and `decide` fit its schemas. */
export function operation<
  P extends TObject, R extends Reads, Q extends TObject | undefined = undefined, B extends TObject | undefined = undefined,
  E = undefined
> (definition: OperationDefinition<P, Q, B, R, E>): Operation {
  return definition as unknown as Operation
}

/** What to do with unknown fields of a body: refuse them with a 422, or ignore them. */
export type UnknownFields = 'reject' | 'ignore'

const tolerant = new WeakMap<TObject, TObject>()

/** The schema of an operation's body; `undefined` if it takes none. */
export function bodyOf ({ body }: Pick<Operation, 'body'>, unknownFields: UnknownFields): TObject | undefined {
  if (body === undefined || unknownFields === 'reject') return body
  let copy = tolerant.get(body)
  if (copy === undefined) tolerant.set(body, copy = { ...body, additionalProperties: true })
  return copy
}

/** Whether an operation writes, and therefore takes an `Idempotency-Key` (our decision). */
export function isWriting ({ method }: Operation): boolean {
  return method !== 'GET'
}
