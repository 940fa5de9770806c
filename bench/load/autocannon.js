import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { run } from './run.js'

const require = createRequire(import.meta.url)
const child = fileURLToPath(new URL('autocannon-child.js', import.meta.url))

/** For machines without wrk. It uses more of its core than a fast server does, which moves ratios closer to 1. */
export const autocannon = {
  version: () => require('autocannon/package.json').version,

  async load (url, request, { core, ...options }) {
    return JSON.parse(await run(core, [process.execPath, child, JSON.stringify({ url, ...request, ...options })]))
  }
}
