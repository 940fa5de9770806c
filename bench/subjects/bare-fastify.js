import { fileURLToPath } from 'node:url'
import { files, versionIn } from './files.js'

const program = fileURLToPath(new URL('servers/bare-fastify.js', import.meta.url))

/** The same Fastify with the same schemas, and no behaviour: what the mock costs is what it is slower. */
export const bareFastify = {
  name: 'bare Fastify',
  version: () => versionIn(fileURLToPath(new URL('../../node_modules/fastify', import.meta.url))),
  invalidStatus: 400,
  command: ({ port, logLevel }) => [process.execPath, program, `${port}`, logLevel, files.session]
}
