import type { IncomingHttpHeaders } from 'node:http'
import type { Environment } from '../domain/sessions/session.js'

/** The environment of a call's API key; without a key, the sandbox. */
export function keyEnvironment (headers: IncomingHttpHeaders): Environment {
  return /^vk_(pub_)?live_/.test(String(headers['x-api-key'])) ? 'live' : 'sandbox'
}
