import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { validationError } from '../../contract/errors.js'
import { oneOf, ref } from '../../contract/schema.js'
import { read } from '../../domain/read.js'
import { maskEndpoint, MaskedEndpoint } from '../../domain/webhooks/masked-endpoint.js'
import { checkTriggeredEvent, TriggeredEvent, triggerEvent } from '../../domain/webhooks/trigger.js'
import { toWebhookDelivery, WebhookDelivery } from '../../domain/webhooks/webhook-delivery.js'
import type { DeliveryDocument } from '../../domain/webhooks/delivery.js'
import type { World } from '../../domain/world.js'
import { bodyErrors, controlSchema } from '../control-schema.js'
import { keyEnvironment } from '../key-environment.js'
import { deliveriesRoutes } from './webhook-deliveries.js'
import { settleRoute } from './webhook-settling.js'
import { isTiming, Timing, WebhookState, webhookStateOf } from './webhook-state.js'

const sent = Type.Object({ data: Type.Array(ref(WebhookDelivery)) }, { description: 'The deliveries' })

/** Webhooks: awaited, read, verified, held, and sent. */
export const webhooksRoutes: FastifyPluginAsyncTypebox = async app => {
  app.register(settleRoute)
  app.register(deliveriesRoutes)

  app.get('/webhooks', {
    schema: controlSchema('readWebhooks', 'Read how webhooks are sent', {
      description: 'Whether webhooks are held, when they are sent, and how many deliveries were dropped.',
      response: { 200: ref(WebhookState) }
    })
  }, async ({ workspace: { world } }) => webhookStateOf(world))

  app.get('/webhooks/endpoints', {
    schema: controlSchema('listEndpoints', 'List webhook endpoints', {
      description: 'The endpoints of both environments, the oldest first, with their secrets masked.',
      response: { 200: Type.Object({ data: Type.Array(ref(MaskedEndpoint)) }, { description: 'The endpoints' }) }
    })
  }, async ({ workspace: { world: { store } } }) => ({ data: (await store.list('endpoints')).map(maskEndpoint) }))

  app.post('/webhooks/hold', {
    config: { needsWorkspaceKey: true },
    schema: controlSchema('holdWebhooks', 'Hold webhooks', {
      description: 'From now on no webhook is sent, nor sent again, when its time comes: it waits until it is delivered or released.',
      response: { 200: ref(WebhookState) }
    }, ...bodyErrors, 'workspaceKeyRequired')
  }, async ({ workspace: { world } }) => {
    await world.webhooks.hold()
    return webhookStateOf(world)
  })

  app.post('/webhooks/release', {
    config: { needsWorkspaceKey: true },
    schema: controlSchema('releaseWebhooks', 'Release webhooks', {
      description: 'Stops holding webhooks, and sends the held ones in the order of their events.',
      response: { 200: ref(WebhookState) }
    }, ...bodyErrors, 'workspaceKeyRequired')
  }, async ({ workspace: { world } }) => {
    await world.webhooks.release()
    return webhookStateOf(world)
  })

  app.post('/webhooks/deliver', {
    config: { needsWorkspaceKey: true },
    schema: controlSchema('deliverWebhooks', 'Deliver webhooks now', {
      description: 'Sends deliveries one after the other, in the order of their IDs here, or all that are held, in the order of the events. Takes ' +
        'deliveries that are held, wait for their time, or have failed. Responds when each has had its attempt, with the deliveries as they are then.',
      body: Type.Object({
        ids: Type.Unsafe<string[] | 'all'>({
          description: 'The IDs of the deliveries, or `all` for those that are held', if: { type: 'array', items: {} }, then: { type: 'array', items: Type.String() }, else: oneOf(['all'])
        })
      }, { additionalProperties: false }),
      response: { 200: sent }
    }, 'deliveryNotFound', 'cannotDeliver', 'workspaceKeyRequired')
  }, async ({ body: { ids }, workspace: { world } }) => {
    const { store, webhooks } = world
    const chosen = ids === 'all' ? (await store.list('deliveries')).filter(({ held }) => held).map(({ id }) => id) : [...new Set(ids)]
    await webhooks.deliver(chosen)
    return { data: await readAgain(world, chosen) }
  })

  app.put('/webhooks/timing', {
    config: { needsWorkspaceKey: true },
    schema: controlSchema('setWebhookTiming', 'Set when webhooks are sent', {
      description: 'Before the response to the request that causes them, which then waits for the receiver; after it, as at first; or so many ' +
        'milliseconds of the mock\'s clock later.',
      body: Type.Object({ timing: Timing }, { additionalProperties: false }),
      response: { 200: ref(WebhookState) }
    }, 'workspaceKeyRequired')
  }, async ({ body: { timing }, workspace: { world } }) => {
    if (!isTiming(timing)) {
      throw validationError([{ loc: ['body', 'timing'], msg: 'must be before, after, or 0 to 600000 milliseconds', type: 'value_error' }])
    }
    await world.webhooks.setTiming(timing)
    return webhookStateOf(world)
  })

  app.post('/webhooks/trigger', {
    config: { needsWorkspaceKey: true },
    schema: controlSchema('triggerWebhook', 'Send webhooks of an event that did not happen', {
      description: 'Makes a delivery for every endpoint that wants the event, and returns them. No session changes.',
      body: ref(TriggeredEvent),
      response: { 200: sent }
    }, 'sessionNotFound', 'workspaceKeyRequired')
  }, async ({ body, headers, workspace: { world } }) => {
    const problems = checkTriggeredEvent(body)
    if (problems.length > 0) throw validationError(problems)
    const deliveries = await triggerEvent(world, body, keyEnvironment(headers))
    return { data: await readAgain(world, deliveries.map(({ id }) => id)) }
  })
}

/** The deliveries as they are now, except for those that were dropped. */
async function readAgain ({ store }: World, ids: readonly string[]): Promise<WebhookDelivery[]> {
  const { deliveries } = await read(store, { deliveries: ids })
  return deliveries.filter((delivery): delivery is DeliveryDocument => delivery !== undefined).map(toWebhookDelivery)
}
