/** A route for people: `PATCH`, `/sessions/{session_id}`. */
export type Route = readonly [method: string, path: string]

/** The maximum number of suggested routes. */
const MOST = 3

/** The routes that are most similar to a request: those that share most of its path from the left, then those with its method. */
export function nearestRoutes (method: string, url: string, routes: readonly Route[]): Route[] {
  const path = segmentsOfUrl(url)
  const scored = routes.map(route => ({ route, score: scoreOf(method, path, route) }))
  return scored.sort((one, other) => other.score - one.score).slice(0, MOST).map(({ route }) => route)
}

/** Whether a request matches one of the routes. `*` matches any method, and at the end of a path, everything below it. */
export function matchesAny (method: string, url: string, routes: readonly Route[]): boolean {
  const path = segmentsOfUrl(url)
  return routes.some(([itsMethod, itsPath]) => {
    const segments = segmentsOf(itsPath)
    const isBelow = segments.at(-1) === '*'
    return (itsMethod === '*' || itsMethod === method) && (isBelow ? path.length >= segments.length : path.length === segments.length) &&
      segments.every((segment, index) => segment === path[index] || segment === '*' || segment.startsWith('{'))
  })
}

function scoreOf (method: string, path: readonly string[], [itsMethod, itsPath]: Route): number {
  const segments = segmentsOf(itsPath)
  const different = segments.findIndex((segment, index) => segment !== path[index] && !segment.startsWith('{'))
  const shared = different === -1 ? Math.min(segments.length, path.length) : different
  return shared * 10 - Math.abs(segments.length - path.length) * 2 + (itsMethod === method ? 1 : 0)
}

/** The segments of a requested URL, without prefix and query. */
function segmentsOfUrl (url: string): string[] {
  return segmentsOf(url.replace(/[?#].*/, '').replace(/^\/api\/v1(?=\/)/, ''))
}

function segmentsOf (path: string): string[] {
  return path.split('/').slice(1)
}
