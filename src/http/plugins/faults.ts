import fastifyPlugin from 'fastify-plugin'
import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import { type ApiError, validationError } from '../../contract/errors.js'
import { injectedError } from '../../domain/faults/injected-error.js'
import { parseFaultHeader, type RequestEffect } from '../../domain/faults/rules.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The fault that takes effect on the request, if one does. */
    fault: RequestEffect | undefined
  }
}

/**
 * Makes responses late, wrong or lost, where a fault of the world or the header `X-Mock-Fault` says so. It stands where the real API
 * would refuse a request for coming too often: after the key, before everything else. An injected error uses no idempotency key; a
 * connection that is cut afterwards has used its key.
 */
export const faultsPlugin = fastifyPlugin(async app => {
  const waiting = new Map<NodeJS.Timeout, () => void>()
  let closing = false

  app.decorateRequest('fault')

  app.addHook('onRequest', (request, _reply, done) => {
    const asked = askedEffect(request)
    if (asked === undefined && !request.world.faults.isEmpty) {
      takeEffect(request).then(effect => begin(request, effect, done), done)
      return
    }
    begin(request, asked, done)
  })

  // only when the body was read: then the request is carried out, also when its client does not wait for the response
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

  // a mock that closes waits no longer, neither for the requests that wait already nor for those that still come
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
    reply.hijack() // or Fastify would respond to the error that follows
    reply.raw.destroy()
  })
}, { name: 'faults', dependencies: ['api-key', 'idempotency-key'] })

/** The status of the response; null when a fault cut the connection before anything was done. */
export function statusOf ({ fault }: FastifyRequest, { statusCode }: FastifyReply): number | null {
  return fault?.drop === 'before' ? null : statusCode
}

/** Goes on with a request, on which a fault may take effect. */
function begin (request: FastifyRequest, effect: RequestEffect | undefined, done: HookHandlerDoneFunction): void {
  request.fault = effect
  done(refusalOf(effect))
}

/** The error that a fault puts in place of everything else. */
function refusalOf (fault: RequestEffect | undefined): ApiError | undefined {
  if (fault?.status !== undefined) return injectedError(fault)
  // ends the request like an error; the last hook cuts the connection in place of the response
  return fault?.drop === 'before' ? injectedError({ status: 500, detail: 'Connection cut.' }) : undefined
}

/** The fault that the request itself asks for, if it does. */
function askedEffect ({ headers }: FastifyRequest): RequestEffect | undefined {
  const asked = headers['x-mock-fault']
  if (asked === undefined) return undefined
  const effect = parseFaultHeader(String(asked))
  if (effect !== undefined) return effect
  throw validationError([{
    loc: ['header', 'X-Mock-Fault'], msg: 'must look like status=500, delay=200, drop=before or drop=after', type: 'value_error'
  }])
}

async function takeEffect (request: FastifyRequest): Promise<RequestEffect | undefined> {
  return request.world.faults.takeEffect({
    method: request.method,
    session_id: (request.params as { session_id?: string }).session_id,
    idempotency_key: request.idempotencyKey,
    operation: request.operation.id
  })
}
