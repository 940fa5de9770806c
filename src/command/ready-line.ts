import type { Options } from '../options/options.js'
import type { Store } from '../sessions/store.js'
import { version } from '../own-package.js'

/**
 * What a started mock says: where it is, and a command that can be copied and works. With `apiKeys` the command is one
 * that needs no key: a key must not end up in somebody's log.
 */
export function readyLine (url: string, store: Store, { apiKeys }: Pick<Options, 'apiKeys'>): string {
  return `verifa-mock ${version} is ready at ${url} – try: ${apiKeys.length === 0 ? tryUpdate(url, store) : tryHealth(url)}`
}

function tryUpdate (url: string, store: Store): string {
  for (const { id, isSandbox, isRedacted } of store.all()) {
    if (isRedacted || !/^[\w.-]+$/.test(id)) continue
    return `curl -X PATCH ${url}/sessions/${id} -H 'X-API-Key: vk_${isSandbox ? 'sandbox' : 'live'}_test' ` +
      '-H \'Content-Type: application/json\' -d \'{"metadata":{"plan":"gold"}}\''
  }
  return tryHealth(url)
}

function tryHealth (url: string): string {
  return `curl ${url}/_mock/health`
}
