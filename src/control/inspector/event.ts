import type { Revisions } from '../../domain/revisions.js'

// The texts of the live stream: https://html.spec.whatwg.org/multipage/server-sent-events.html

/** Begins a stream. A client that loses the stream reconnects after a second. */
export const GREETING = ': verifa-mock\nretry: 1000\n\n'

/** A comment, which clients ignore. */
export const PING = ': ping\n\n'

/** The ID of the event with these numbers. A client that reconnects sends the last ID that it has seen. */
export function idOf ({ world, requests, documents, settings }: Revisions): string {
  return [world, requests, documents, settings].join('.')
}

export function eventOf (revisions: Revisions): string {
  return `id: ${idOf(revisions)}\ndata: ${JSON.stringify(revisions)}\n\n`
}
