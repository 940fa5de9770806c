import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { errorBody } from '../../contract/errors.js'
import { nullable, oneOf, ref, schemaOf } from '../../contract/schema.js'
import { notSettled, settle } from '../../domain/webhooks/settling.js'
import type { WaitingDelivery } from '../../domain/webhooks/waiting.js'
import { controlSchema } from '../control-schema.js'

/** Less than the default timeouts of test runners, so that a test that waits in vain fails with the reason. */
const DEFAULT_TIMEOUT = 4_000

const Waiting = schemaOf<WaitingDelivery>()(Type.Object({
  id: Type.String({ description: 'Delivery ID' }),
  endpoint_id: Type.String({ description: 'The endpoint that it is for' }),
  event: Type.String({ description: 'What happened' }),
  session_id: nullable(Type.String({ description: 'The session that it happened to' })),
  state: oneOf(['sending', 'queued', 'scheduled', 'held'] as const, {
    description: 'The receiver has not responded; it waits for another delivery; its time has not come; or it is held'
  }),
  next_attempt_at: nullable(Type.String({ format: 'date-time', description: 'When it is sent next; null unless it is scheduled' }))
}, { $id: 'WaitingDelivery', description: 'A delivery that has not been sent, or not for the last time' }))

const NotSettled = Type.Object({
  error: Type.Literal('conflict'),
  detail: Type.String({ description: 'What waits, and until when' }),
  status_code: Type.Literal(409),
  waiting: Type.Array(ref(Waiting), { description: 'What waits, the oldest first' })
}, { $id: 'NotSettled', description: 'Webhooks did not settle in time' })

/** Waits for webhooks. */
export const settleRoute: FastifyPluginAsyncTypebox = async app => {
  app.post('/webhooks/settle', {
    schema: controlSchema('settleWebhooks', 'Wait for webhooks', {
      description: 'Responds when nothing is due and no webhook is being sent, with what waits still: for its time, or because it is held. ' +
        'Responds with a 409 when that takes too long.',
      body: Type.Object({
        timeout_ms: Type.Optional(Type.Integer({
          minimum: 0, maximum: 600_000, description: 'How long to wait at most, in milliseconds of real time; 4,000 by default'
        }))
      }, { additionalProperties: false }),
      bodyOptional: true,
      response: {
        200: Type.Object({ waiting: Type.Array(ref(Waiting)) }, { description: 'Nothing is due, and no webhook is being sent' }),
        409: ref(NotSettled)
      }
    }),
    preValidation: (request, _reply, done) => {
      if (request.body as unknown === undefined) request.body = {}
      done()
    }
  }, async ({ body: { timeout_ms: timeout = DEFAULT_TIMEOUT }, workspace: { world } }, reply) => {
    const { settled, waiting } = await settle(world, timeout)
    if (settled) return { waiting }
    const { detail } = errorBody(notSettled(timeout, waiting))
    return reply.code(409).send({ error: 'conflict', detail: detail as string, status_code: 409, waiting })
  })
}
