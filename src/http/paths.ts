import type { FastifyRequest } from 'fastify'

/** The prefixes under which every operation is served; the mock adds the empty one (our decision). */
const prefixes = ['/api/v1', '']

/** The URLs at which an operation is served, as Fastify writes them: `/api/v1/sessions/:session_id` and `/sessions/:session_id`. */
export function urlsOf (path: string): string[] {
  return prefixes.map(prefix => prefix + path.replace(/\{(\w+)\}/g, ':$1'))
}

/** A URL of Fastify as OpenAPI and people write it: `/sessions/{session_id}`. */
export function pathOfUrl (url: string): string {
  return url.replace(/:(\w+)/g, '{$1}')
}

/** Where the mock is, as clients see it: at its public URL, or where the request was sent. */
export function originOf ({ protocol, host }: FastifyRequest, publicUrl: string | undefined): string {
  return publicUrl ?? `${protocol}://${host}`
}
