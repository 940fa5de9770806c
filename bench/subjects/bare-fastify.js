import { fileURLToPath } from 'node:url'
import { files, versionIn } from './files.js'

const program = fileURLToPath(new URL('servers/bare-fastify.js', import.meta.url))

/** The same Fastify with the same schemas, but no behavior. The difference is the cost of the mock. */
export const bareFastify = {
  name: 'bare Fastify',
  version: () => versionIn(fileURLToPath(new URL('../../node_modules/fastify', import.meta.url))),
  command: ({ port, logLevel }) => [process.execPath, program, `${port}`, logLevel, files.session]
}
