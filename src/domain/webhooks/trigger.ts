import { Type } from '@sinclair/typebox'
import { apiError, type Problem, validationError } from '../../contract/errors.js'
import { oneOf, schemaOf } from '../../contract/schema.js'
import { newId } from '../new-id.js'
import { type Environment, environmentOf } from '../sessions/session.js'
import type { World } from '../world.js'
import type { DeliveryDocument } from './delivery.js'
import { wants, withDeliveries } from './notify.js'
import { payloadOf } from './payload.js'

/** An event that did not happen, for which webhooks are sent anyway. */
export interface TriggeredEvent {
  /** The event, such as `session.approved`, or any other name. */
  event: string
  /** The session in the payload. */
  session_id?: string
  /** The environment; by default, that of the session, else that of the API key, else the sandbox. */
  environment?: Environment
  /** Fields to add to the payload, or to replace in it. */
  payload?: Record<string, unknown>
}

export const TriggeredEvent = schemaOf<TriggeredEvent>()(Type.Object({
  event: Type.String({ minLength: 1, maxLength: 100, description: 'The event, such as session.approved, or any other name' }),
  session_id: Type.Optional(Type.String({ minLength: 1, description: 'The session that it is about' })),
  environment: Type.Optional(oneOf(['live', 'sandbox'] as const, {
    description: 'The environment; by default that of the session, else of the X-API-Key, else the sandbox'
  })),
  payload: Type.Optional(Type.Unsafe<Record<string, unknown>>({
    type: 'object', additionalProperties: true, description: 'Fields of the payload, besides its own or in place of them'
  }))
}, { $id: 'TriggeredEvent', additionalProperties: false, description: 'An event that did not happen, for which webhooks are sent all the same' }))

/** The problems that the schema cannot find: the payload must not contradict the call. */
export function checkTriggeredEvent ({ payload = {} }: TriggeredEvent): Problem[] {
  return ['event', 'session_id'].filter(name => Object.hasOwn(payload, name)).map(name => (
    { loc: ['body', 'payload', name], msg: 'is a field of the body, not of payload', type: 'value_error' }
  ))
}

/**
 * Creates the deliveries of an event that did not happen, one for each endpoint that receives it, and returns them.
 * @param fallback the environment of an event without a session and an environment
 * @throws ApiError 404 if the session does not exist, 422 if it belongs to the other environment
 */
export async function triggerEvent (
  { store, webhooks }: Pick<World, 'store' | 'webhooks'>, { event, session_id: id, environment: given, payload: fields }: TriggeredEvent, fallback: Environment
): Promise<readonly DeliveryDocument[]> {
  const ids = id === undefined ? [] : [id]
  const { deliveries } = await store.transact({ sessions: ids, results: ids, endpoints: 'all' }, found => {
    const { sessions: [session], results: [result], endpoints } = found
    if (id !== undefined && session === undefined) throw apiError('sessionNotFound')
    const environment = session === undefined ? given ?? fallback : environmentOf(session)
    if (given !== undefined && given !== environment) {
      throw validationError([{ loc: ['body', 'environment'], msg: `must be that of the session: ${environment}`, type: 'value_error' }])
    }
    const payload = { ...payloadOf({ event, environment, key: newId('idk_'), session, result: result?.result }), ...fields }
    const deliveries = webhooks.deliveriesOf(payload, endpoints.filter(endpoint => wants(endpoint, environment, payload)))
    return { ...withDeliveries({ puts: {}, events: [] }, deliveries), deliveries }
  })
  await webhooks.beforeResponse({ deliveries })
  return deliveries
}
