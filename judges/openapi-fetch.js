// A client with types by openapi-typescript, which does what its types allow.
import { compileAndRun } from './client.js'
import { writeDocument } from './documents.js'
import { here, run } from './processes.js'

export default async function () {
  for (const casing of ['snake', 'camel']) {
    const types = `${here}generated/openapi-fetch/${casing}.ts`
    await run(`${here}node_modules/openapi-typescript/bin/cli.js`, await writeDocument(casing), '--output', types)
  }
  await compileAndRun('openapi-fetch')
  return 'types by openapi-typescript compile under strict, and openapi-fetch does with them all that clients/openapi-fetch.ts asks for'
}
