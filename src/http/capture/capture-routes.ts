import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { KeyInflection } from '../../contract/casing.js'
import { apiError, FORM_TYPE, JSON_TYPE } from '../../contract/errors.js'
import { writerOf } from '../../contract/serialization.js'
import type { Decision, Result } from '../../domain/decision.js'
import { newId } from '../../domain/new-id.js'
import { type CaptureToken, newCaptureUrl } from '../../domain/sessions/capture.js'
import { findSession } from '../../domain/sessions/direct.js'
import { type FoundCapture, openCapture } from '../../domain/sessions/open-capture.js'
import { CaptureOutcome, decideOutcome, OutcomeInput } from '../../domain/sessions/outcome.js'
import { isOpen, type Session } from '../../domain/sessions/session.js'
import { applyAndNotify } from '../../domain/webhooks/apply-and-notify.js'
import type { Workspaces } from '../../domain/workspaces.js'
import { inflectionOf } from '../key-inflection.js'
import type { Route } from '../nearest-routes.js'
import { bodyOf, type UnknownFields } from '../operation.js'
import { originOf } from '../paths.js'
import { failureOf } from '../plugins/error-handler.js'
import { requestBodyPlugin } from '../plugins/request-body.js'
import { type Page, redirectTo } from './page.js'
import { capturePage, donePage, errorPage } from './pages.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The capture token in the path; `undefined` if it is unknown, or for other paths. */
    capture: CaptureToken | undefined
    /** The page with which the mock responds; `undefined` if it responds with JSON. */
    page: Page | undefined
  }
  interface FastifyContextConfig {
    /** The name of a route that is not an operation, for the journal. */
    operationId?: string
  }
}

export interface CaptureRoutesOptions {
  log: Logger
  workspaces: Workspaces
  unknownFields: UnknownFields
  defaultKeyInflection: KeyInflection
  /** The mock's public URL; `undefined` means the host that the request was sent to. */
  publicUrl: string | undefined
}

/** The routes that a 404 may suggest. */
export const captureRoutePaths: readonly Route[] = [['GET', '/verify/{token}'], ['POST', '/verify/{token}/sandbox-outcome']]

/**
 * The capture page, and the routes of its buttons. They need no API key: the token identifies the session and the workspace. A browser gets
 * a page, even for an error; a client that sends JSON gets JSON.
 */
export const captureRoutes: FastifyPluginAsync<CaptureRoutesOptions> = async (app, options) => {
  const { log, workspaces, unknownFields, defaultKeyInflection, publicUrl } = options
  const newUrl = (request: FastifyRequest) => newCaptureUrl(originOf(request, publicUrl), newId)
  const respondWithJson = app.errorHandler

  app.decorateRequest('world')
  app.setErrorHandler((error: Error, request, reply) => {
    if (isOfBrowser(request)) show(errorPage(failureOf(error, request, log), request.capture), request, reply)
    else respondWithJson(error, request, reply)
  })
  await app.register(requestBodyPlugin, { anyCasing: true })
  app.addContentTypeParser(FORM_TYPE, { parseAs: 'string' }, (_request, text, done) => {
    done(null, Object.fromEntries(new URLSearchParams(text as string)))
  })

  app.addHook('onRequest', async request => {
    const { token: id } = request.params as { token: string }
    const found = await workspaces.findToken(id)
    if (found === undefined) throw apiError('captureNotFound')
    request.capture = found.token
    request.world = found.world
  })

  // a HEAD changes nothing, because messengers follow links to show previews, which must not use up a one-time link
  app.get('/verify/:token', { config: { operationId: 'openCapture' } }, async (request, reply) => {
    const isLook = request.method === 'HEAD'
    const { status, body } = await decideFor(request, (token, found, now) => {
      const decision = openCapture(token, found, () => newUrl(request), now)
      return isLook ? { events: [], response: decision.response } : decision
    })
    return show(status === 200 || isLook ? capturePage(body) : redirectTo(encodeURIComponent(body.token)), request, reply)
  })

  app.get('/verify/:token/done', { config: { operationId: 'endCapture' } }, async (request, reply) => {
    const { id, session_id: sessionId } = request.capture as CaptureToken
    const session = await findSession(request.world.store, sessionId)
    return show(hasOutcome(session) ? donePage(session) : redirectTo(`../${encodeURIComponent(id)}`), request, reply)
  })

  app.post('/verify/:token/sandbox-outcome', {
    config: { operationId: 'sandboxOutcome' },
    schema: { body: bodyOf({ body: OutcomeInput }, unknownFields) }
  }, async (request, reply) => {
    const makers = { newCaseId: () => newId('case_'), newUrl: () => newUrl(request) }
    const { body } = await decideFor(request, (token, found, now) => decideOutcome(token, found, request.body as OutcomeInput, makers, now))
    if (isOfBrowser(request)) return show(redirectTo(body.redirect_url ?? 'done'), request, reply)
    return reply.header('content-type', JSON_TYPE).send(writerOf(CaptureOutcome, inflectionOf(request, defaultKeyInflection))(body))
  })
}

/** Takes one step with the documents of the token's session. */
async function decideFor<Body> (
  request: FastifyRequest, decide: (token: CaptureToken, found: FoundCapture, now: number) => Decision<Body>
): Promise<Result<Body>> {
  const { world, capture } = request
  const token = capture as CaptureToken
  const ids = [token.session_id]
  const reads = { sessions: ids, links: ids, captures: ids }
  request.outcome = await applyAndNotify(world, { claim: undefined, reads, decide: (found, now) => decide(token, found, now) })
  return request.outcome.result as Result<Body>
}

/** Whether a request is from a browser, which requests pages and sends forms. */
function isOfBrowser ({ method, headers }: FastifyRequest): boolean {
  return method !== 'POST' || headers['content-type']?.startsWith(FORM_TYPE) === true
}

function show (page: Page, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  request.page = page
  return reply.code(page.status).headers(page.headers).send(page.body)
}

function hasOutcome ({ status }: Session): boolean {
  return !isOpen(status) && status !== 'expired'
}
