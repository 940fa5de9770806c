import type { EmbeddedVerifaMock } from '../../src/index.js'
import type { Made } from './call.js'
import type { CaptureRequest } from './capture.js'
import { QR_CODE } from './links.js'
import { type Request, type Response, routes, urlOf } from './request.js'

export async function send ({ app }: EmbeddedVerifaMock, request: Request): Promise<Response> {
  const { operation, headers, payload } = request
  try {
    const response = await app.inject({
      method: routes[operation][0],
      url: urlOf(request),
      headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)),
      ...(payload !== undefined && { payload })
    })
    const body = response.body.replace(/data:image\/png;base64,[\w+/]+=*/, QR_CODE)
    return { status: response.statusCode, body, replayed: response.headers['idempotent-replayed'] === 'true' }
  } catch (error) {
    if ((error as Error).message === 'response destroyed before completion') return 'cut'
    throw error
  }
}

/** Sends a request to the capture page. The text of a page is not looked at. */
export async function sendToPage ({ app }: EmbeddedVerifaMock, { method, token, casing, payload }: CaptureRequest) {
  const headers = casing === undefined ? {} : { 'key-inflection': casing }
  const url = `/verify/${encodeURIComponent(token)}`
  const { statusCode: status, body } = method === 'POST'
    ? await app.inject({ method, url: `${url}/sandbox-outcome`, payload, headers: { 'content-type': 'application/json', ...headers } })
    : await app.inject({ method, url, headers })
  return { status, body: method === 'POST' ? body : '' }
}

/** A call of the control plane for which the client has no method. */
export async function call ({ app }: EmbeddedVerifaMock, method: 'POST' | 'DELETE', path: string, payload?: object, headers = {}) {
  const { statusCode: status, body } = await app.inject({ method, url: `/_mock${path}`, headers, ...(payload !== undefined && { payload }) })
  return { status, body }
}

/** What the last requests have made, each one. */
export async function madeByLast ({ app }: EmbeddedVerifaMock, count: number): Promise<Made[]> {
  const { journal, store } = app.workspaces.shared.world
  const links = (await store.list('links')).flatMap(({ id, links }) => links.map(link => ({ session_id: id, ...link })))
  return (await journal.list()).slice(-count).map(({ events }) => ({ session: events[0]?.after, links }))
}
