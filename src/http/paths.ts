import type { FastifyRequest } from 'fastify'

/** The prefixes under which every operation is served; the mock adds the empty one (our decision). */
const prefixes = ['/api/v1', '']

/** The URLs of an operation, in Fastify's notation: `/api/v1/sessions/:session_id` and `/sessions/:session_id`. */
export function urlsOf (path: string): string[] {
  return prefixes.map(prefix => prefix + path.replace(/\{(\w+)\}/g, ':$1'))
}

/** A URL in Fastify's notation, converted to that of OpenAPI: `/sessions/{session_id}`. */
export function pathOfUrl (url: string): string {
  return url.replace(/:(\w+)/g, '{$1}')
}

/** The mock's URL for clients: its public URL, or the host that the request was sent to. */
export function originOf ({ protocol, host }: FastifyRequest, publicUrl: string | undefined): string {
  return publicUrl ?? `${protocol}://${host}`
}
