/** Every operation: its method and its path. */
export const routes = {
  createSession: ['POST', '/sessions'],
  listSessions: ['GET', '/sessions'],
  getSession: ['GET', '/sessions/*'],
  updateSession: ['PATCH', '/sessions/*'],
  resumeSession: ['POST', '/sessions/*/resume'],
  expireSession: ['POST', '/sessions/*/expire'],
  simulateSession: ['POST', '/sessions/*/simulate'],
  submitSession: ['POST', '/sessions/*/submit'],
  addTag: ['POST', '/sessions/*/add-tag'],
  removeTag: ['POST', '/sessions/*/remove-tag'],
  setTags: ['POST', '/sessions/*/set-tags'],
  getSessionResult: ['GET', '/sessions/*/result'],
  listResults: ['GET', '/results'],
  getResult: ['GET', '/results/*'],
  generateOneTimeLink: ['POST', '/sessions/*/generate-one-time-link'],
  listLinks: ['GET', '/sessions/*/links'],
  exportSession: ['GET', '/sessions/*/export'],
  redactSession: ['DELETE', '/sessions/*/data'],
  bulkRedactSessions: ['POST', '/sessions/bulk-redact'],
  getRateLimits: ['GET', '/rate-limits']
} as const
export type OperationName = keyof typeof routes

/** A request to a mock. */
export interface Request {
  operation: OperationName
  /** The session in the path, where the operation has one. */
  session: string
  prefix: string
  query: string
  headers: Record<string, string | undefined>
  payload: string | undefined
}

/** What comes back: the text of a response, or nothing. */
export type Response = 'cut' | { status: number, body: string, replayed: boolean }

/** The path of a request, with its query. */
export function urlOf ({ operation, session, prefix, query }: Request): string {
  return prefix + routes[operation][1].replace('*', () => encodeURIComponent(session)) + query
}

/** The session in the path. */
export function sessionIn ({ operation, session }: Request): string | null {
  return routes[operation][1].includes('*') ? session : null
}
