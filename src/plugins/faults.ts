import fastifyPlugin from 'fastify-plugin'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type FaultEffect, injectedError, parseFaultHeader } from '../control/fault-rules.js'
import { validationError } from '../errors.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The fault that befalls the request, if one does. */
    fault: FaultEffect | undefined
  }
}

/**
 * Makes answers late, wrong or lost, where a fault of the workspace or the header `X-Mock-Fault` says so. It stands
 * where the real API would turn a request away for coming too often: behind the key, before all else. What it answers
 * never comes near the idempotency keys; a connection that is cut afterwards has left its record there.
 */
export const faultsPlugin = fastifyPlugin(async app => {
  const waiting = new Map<NodeJS.Timeout, () => void>()
  let closing = false

  app.decorateRequest('fault')

  app.addHook('onRequest', (request, _reply, done) => {
    const fault = request.fault = effectOf(request)
    if (fault?.status !== undefined) throw injectedError(fault)
    // ends the request like an error; the last hook cuts the connection in place of its answer
    if (fault?.drop === 'before') throw injectedError({ detail: 'Connection cut.' })
    done()
  })

  // only when the body was read: then the request is carried out, also when its client does not wait for the answer
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.fault?.delay_ms === undefined || closing) {
      done()
      return
    }
    const timer = setTimeout(() => {
      waiting.delete(timer)
      done()
    }, request.fault.delay_ms)
    waiting.set(timer, done)
  })

  // a mock that is closed waits no longer, neither with those who wait already nor with those who still come
  app.addHook('preClose', async () => {
    closing = true
    for (const [timer, done] of waiting) {
      clearTimeout(timer)
      done()
    }
    waiting.clear()
  })

  app.addHook('onSend', (request, reply, payload, done) => {
    if (request.fault?.drop === undefined) {
      done(null, payload)
      return
    }
    reply.raw.destroy() // and without `done` the answer is not sent
  })
}, { name: 'faults', dependencies: ['api-key'] })

/** The status that a request was answered with; null when its connection was cut before anything was done. */
export function answeredStatus ({ fault }: FastifyRequest, { statusCode }: FastifyReply): number | null {
  return fault?.drop === 'before' ? null : statusCode
}

function effectOf (request: FastifyRequest): FaultEffect | undefined {
  const asked = request.headers['x-mock-fault']
  if (asked !== undefined) {
    const effect = parseFaultHeader(String(asked))
    if (effect !== undefined) return effect
    throw validationError([{
      loc: ['header', 'X-Mock-Fault'], msg: 'must be as status=500, delay=200, drop=before or drop=after', type: 'value_error'
    }])
  }
  const { faults } = request.caller.workspace
  if (faults.none) return undefined
  return faults.strike({
    method: request.method,
    session_id: (request.params as { session_id?: string }).session_id,
    idempotency_key: request.headers['idempotency-key'] as string | undefined,
    operation: request.routeOptions.schema?.operationId
  })
}
