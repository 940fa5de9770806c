/** A route, as people write it: `PATCH`, `/sessions/{session_id}`. */
export type Route = readonly [method: string, path: string]

/** How many routes are suggested. */
const MOST = 3

/** The routes that come nearest to a request: those that share most of its path from the left, then those with its method. */
export function nearestRoutes (method: string, url: string, routes: readonly Route[]): Route[] {
  const path = segmentsOf(url.replace(/[?#].*/, '').replace(/^\/api\/v1(?=\/)/, ''))
  const scored = routes.map(route => ({ route, score: scoreOf(method, path, route) }))
  return scored.sort((one, other) => other.score - one.score).slice(0, MOST).map(({ route }) => route)
}

function scoreOf (method: string, path: readonly string[], [itsMethod, itsPath]: Route): number {
  const segments = segmentsOf(itsPath)
  const different = segments.findIndex((segment, index) => segment !== path[index] && !segment.startsWith('{'))
  const shared = different === -1 ? Math.min(segments.length, path.length) : different
  return shared * 10 - Math.abs(segments.length - path.length) * 2 + (itsMethod === method ? 1 : 0)
}

function segmentsOf (path: string): string[] {
  return path.split('/').slice(1)
}
