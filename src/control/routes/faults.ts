import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import { apiError, validationError } from '../../errors.js'
import { bodyErrors, controlSchema } from '../control-schema.js'
import { checkEffect, Fault, FaultRule } from '../fault-rules.js'

/** Faults: rules that make answers late, wrong or lost. */
export const faultsRoutes: FastifyPluginAsyncTypebox = async app => {
  app.post('/faults', {
    schema: controlSchema('addFault', 'Add a fault', {
      description: 'A rule that makes the answers to some requests late, wrong or lost. `then` has exactly one of `status`, `delay_ms` and `drop`.',
      body: FaultRule,
      response: { 201: { ...Fault, description: 'The fault, with its id' } }
    })
  }, async ({ body, workspace }, reply) => {
    const problems = checkEffect(body.then, ['body', 'then'])
    if (problems.length > 0) throw validationError(problems)
    reply.code(201)
    return workspace.faults.add(body)
  })

  app.get('/faults', {
    schema: controlSchema('listFaults', 'List the faults', {
      description: 'Those that are not used up, in the order in which they are tried.',
      response: { 200: Type.Object({ data: Type.Array(Fault) }, { description: 'The faults that are not used up, in the order in which they are tried' }) }
    })
  }, async ({ workspace }) => ({ data: workspace.faults.list() }))

  app.delete('/faults', {
    schema: controlSchema('clearFaults', 'Remove all faults', {
      description: 'No request is befallen by any of them any more.',
      response: { 204: Type.Null({ description: 'Removed' }) }
    }, ...bodyErrors)
  }, async ({ workspace }, reply) => {
    workspace.faults.clear()
    return reply.code(204).send(null)
  })

  app.delete('/faults/:fault_id', {
    schema: controlSchema('removeFault', 'Remove a fault', {
      description: 'No request is befallen by it any more. One that is used up is a 404.',
      params: Type.Object({ fault_id: Type.String({ description: 'The id that it was given' }) }),
      response: { 204: Type.Null({ description: 'Removed' }) }
    }, ...bodyErrors, 'faultNotFound')
  }, async ({ params, workspace }, reply) => {
    if (!workspace.faults.remove(params.fault_id)) throw apiError('faultNotFound', { id: params.fault_id })
    return reply.code(204).send(null)
  })
}
