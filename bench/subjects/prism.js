import { files, packageFolder, versionIn } from './files.js'

const folder = packageFolder('@stoplight/prism-cli')

/** A mock made from the mock's own OpenAPI document: it validates the request and responds with the document's example. */
export const prism = {
  name: 'Prism',
  version: () => versionIn(folder),
  prefix: '/api/v1', // the path of the operation in the document
  command: ({ port }) => [
    process.execPath, `${folder}/dist/index.js`, 'mock', '--port', `${port}`, '--verboseLevel', 'warn', files.openapi
  ]
}
