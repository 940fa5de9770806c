// Lets src/stores/shared-store.ts load the engines of away.ts in place of Valkey or Redis.
import { register } from 'node:module'
import { isMainThread } from 'node:worker_threads'

if (isMainThread) register(import.meta.url)

export async function resolve (specifier, context, next) {
  return next(specifier === './valkey/open-store.js' ? new URL('away.js', import.meta.url).href : specifier, context)
}
