import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { ref, schemaOf } from '../../contract/schema.js'
import { ClockState } from '../../domain/state.js'
import type { Workspaces } from '../../domain/workspaces.js'
import type { World } from '../../domain/world.js'
import { version } from '../../own-package.js'
import { controlSchema } from '../control-schema.js'
import { clockStateOf } from './clock.js'
import { WebhookState, webhookStateOf } from './webhook-state.js'

/** How many items a workspace has, how it is set, and what a caller can choose from. */
export interface Overview {
  version: string
  /** Whether each API key has its own workspace. */
  isolated: boolean
  /** The workspaces of API keys, in the order in which they were created. */
  workspaces: { id: string, api_key: string }[]
  /** The IDs of the operations of the API. */
  operations: string[]
  /** How many items of each kind there are, including idempotency keys that have expired and are still stored. */
  counts: { requests: number, sessions: number, deliveries: number, endpoints: number, idempotency_keys: number, faults: number }
  /** How many requests were dropped from the journal because they exceeded its limits. */
  dropped_requests: number
  clock: ClockState
  webhooks: WebhookState
}

const count = (description: string) => Type.Integer({ description: `How many ${description} there are` })

export const Overview = schemaOf<Overview>()(Type.Object({
  version: Type.String({ description: 'The version of the mock' }),
  isolated: Type.Boolean({ description: 'Whether each API key has its own workspace' }),
  workspaces: Type.Array(Type.Object({
    id: Type.String({ description: 'The ID of the workspace' }),
    api_key: Type.String({ description: 'Its API key, masked' })
  }), { description: 'The workspaces of API keys, in the order in which they were made' }),
  operations: Type.Array(Type.String(), { description: 'The IDs of the operations of the API' }),
  counts: Type.Object({
    requests: count('requests in the journal'),
    sessions: count('sessions of both environments'),
    deliveries: count('webhook deliveries'),
    endpoints: count('webhook endpoints'),
    idempotency_keys: count('idempotency keys, with those that have expired and are still kept,'),
    faults: count('faults that are not used up')
  }),
  dropped_requests: Type.Integer({ description: 'How many requests were dropped from the journal because there were too many, or too large ones' }),
  clock: ref(ClockState),
  webhooks: ref(WebhookState)
}, { $id: 'Overview', description: 'What a workspace has, in numbers' }))

export interface OverviewRouteOptions {
  workspaces: Workspaces
  /** The IDs of the operations of the API. */
  operations: readonly string[]
}

/** Summarizes a workspace. It takes the same time however much a workspace holds, because nothing is listed. */
export const overviewRoute: FastifyPluginAsyncTypebox<OverviewRouteOptions> = async (app, { workspaces, operations }) => {
  app.get('/overview', {
    schema: controlSchema('readOverview', 'Read what a workspace has, in numbers', {
      description: 'How many requests, sessions, deliveries, and more there are, how clock and webhooks are set, and what there is to choose from.',
      response: { 200: ref(Overview) }
    })
  }, async ({ workspace: { world } }) => ({
    version,
    isolated: workspaces.isolated,
    workspaces: await workspaces.list(),
    operations: [...operations],
    ...await countsOf(world),
    clock: clockStateOf(world.clock),
    webhooks: await webhookStateOf(world)
  }))
}

async function countsOf ({ store, journal, faults }: World): Promise<Pick<Overview, 'counts' | 'dropped_requests'>> {
  const [requests, sessions, deliveries, endpoints, keys] = await Promise.all([
    journal.counts(), store.count('sessions'), store.count('deliveries'), store.count('endpoints'), store.count('idempotency')
  ])
  return {
    counts: { requests: requests.size, sessions, deliveries, endpoints, idempotency_keys: keys, faults: faults.list().length },
    dropped_requests: requests.dropped
  }
}
