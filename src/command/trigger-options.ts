import { type Static, Type } from '@sinclair/typebox'
import type { Environment } from '../domain/sessions/session.js'

/** The options of `verifa-mock trigger`, besides those of the mock. */
export const TriggerOptions = Type.Object({
  sessionId: Type.Optional(Type.String({
    'minLength': 1, 'description': 'Session that the event is about', 'x-placeholder': 'id'
  })),
  environment: Type.Optional(Type.Unsafe<Environment>({
    'type': 'string',
    'enum': ['live', 'sandbox'],
    'description': 'Environment of the event; by default that of the session, else of the API key, else the sandbox',
    'x-placeholder': 'live|sandbox'
  }))
}, { additionalProperties: false })

export type TriggerOptions = Static<typeof TriggerOptions>
