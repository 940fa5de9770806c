import { fileURLToPath } from 'node:url'
import { files } from './files.js'

const program = fileURLToPath(new URL('servers/raw-http.js', import.meta.url))

/** node:http alone: no server on Node.js can be much faster. */
export const rawHttp = {
  name: 'node:http',
  version: () => process.version,
  command: ({ port }) => [process.execPath, program, `${port}`, files.session]
}
