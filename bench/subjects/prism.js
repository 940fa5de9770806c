import { files, packageFolder, versionIn } from './files.js'

const folder = packageFolder('@stoplight/prism-cli')

/** A mock of the mock's own OpenAPI document: it checks the request and answers with the document's example. */
export const prism = {
  name: 'Prism',
  version: () => versionIn(folder),
  prefix: '/api/v1', // where the document has the operation
  invalidStatus: 422,
  command: ({ port }) => [
    process.execPath, `${folder}/dist/index.js`, 'mock', '--port', `${port}`, '--verboseLevel', 'warn', files.openapi
  ]
}
