import fastifyPlugin from 'fastify-plugin'
import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import { type ApiError, validationError } from '../../contract/errors.js'
import { injectedError } from '../../domain/faults/injected-error.js'
import { parseFaultHeader, type RequestEffect } from '../../domain/faults/rules.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The fault that affects the request, if any. */
    fault: RequestEffect | undefined
  }
}

/**
 * Makes responses late, wrong, or lost, according to a fault of the world or the header `X-Mock-Fault`. It comes where the real API
 * would throttle a request: after the API key, before everything else. An injected error does not use its idempotency key, but a
 * connection that is closed afterwards does.
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

  // only after the body was read, so that the request is executed even if its client does not wait for the response
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

  // a mock that closes no longer waits, for requests that are delayed already or for new ones
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

/** The status of the response; null if a fault closed the connection before anything was done. */
export function statusOf ({ fault }: FastifyRequest, { statusCode }: FastifyReply): number | null {
  return fault?.drop === 'before' ? null : statusCode
}

/** Continues with a request that a fault may affect. */
function begin (request: FastifyRequest, effect: RequestEffect | undefined, done: HookHandlerDoneFunction): void {
  request.fault = effect
  done(refusalOf(effect))
}

/** The error with which a fault replaces everything else. */
function refusalOf (fault: RequestEffect | undefined): ApiError | undefined {
  if (fault?.status !== undefined) return injectedError(fault)
  // ends the request like an error; the last hook closes the connection instead of sending the response
  return fault?.drop === 'before' ? injectedError({ status: 500, detail: 'Connection cut.' }) : undefined
}

/** The fault in the request's own header, if any. */
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
