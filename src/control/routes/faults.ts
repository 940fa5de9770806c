import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { apiError, validationError } from '../../contract/errors.js'
import { ref } from '../../contract/schema.js'
import { checkFaultRule } from '../../domain/faults/check-rule.js'
import { Fault, FaultRule } from '../../domain/faults/rules.js'
import { bodyErrors, controlSchema } from '../control-schema.js'

export interface FaultsRoutesOptions {
  /** The IDs of the operations that a fault can name. */
  operations: readonly string[]
}

/** Faults: rules that make responses and webhooks late, wrong or lost. */
export const faultsRoutes: FastifyPluginAsyncTypebox<FaultsRoutesOptions> = async (app, { operations }) => {
  app.post('/faults', {
    config: { needsWorkspaceKey: true },
    schema: controlSchema('addFault', 'Add a fault', {
      description: 'A rule that makes some responses or webhooks late, wrong or lost. `then` has exactly one of `status`, `delay_ms`, `drop` and `webhook`.',
      body: ref(FaultRule),
      response: { 201: ref(Fault) }
    }, 'workspaceKeyRequired')
  }, async ({ body, workspace: { world } }, reply) => {
    const problems = checkFaultRule(body, operations, ['body'])
    if (problems.length > 0) throw validationError(problems)
    reply.code(201)
    return world.faults.add(body)
  })

  app.get('/faults', {
    schema: controlSchema('listFaults', 'List the faults', {
      description: 'The faults that are not used up, in the order in which they are tried.',
      response: { 200: Type.Object({ data: Type.Array(ref(Fault)) }, { description: 'The faults that are not used up' }) }
    })
  }, async ({ workspace: { world } }) => ({ data: world.faults.list() }))

  app.delete('/faults', {
    schema: controlSchema('clearFaults', 'Remove all faults', {
      description: 'Removes all faults.',
      response: { 204: Type.Null({ description: 'Removed' }) }
    }, ...bodyErrors)
  }, async ({ workspace: { world } }, reply) => {
    await world.faults.clear()
    return reply.code(204).send(null)
  })

  app.delete('/faults/:fault_id', {
    schema: controlSchema('removeFault', 'Remove a fault', {
      description: 'Removes a fault. A fault that is used up is a 404.',
      params: Type.Object({ fault_id: Type.String({ description: 'The ID of the fault' }) }),
      response: { 204: Type.Null({ description: 'Removed' }) }
    }, ...bodyErrors, 'faultNotFound')
  }, async ({ params, workspace: { world } }, reply) => {
    if (!await world.faults.remove(params.fault_id)) throw apiError('faultNotFound', { id: params.fault_id })
    return reply.code(204).send(null)
  })
}
