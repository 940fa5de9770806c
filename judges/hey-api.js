// A client by @hey-api/openapi-ts, code and types, which does what its types allow.
import { compileAndRun } from './client.js'
import { writeDocument } from './documents.js'
import { here, run } from './processes.js'

export default async function () {
  for (const casing of ['snake', 'camel']) {
    await run(
      `${here}node_modules/@hey-api/openapi-ts/bin/run.js`,
      '--input', await writeDocument(casing), '--output', `${here}generated/hey-api/${casing}`, '--client', '@hey-api/client-fetch', '--no-log-file'
    )
  }
  // the client that it generates, which is not ours, does not compile with it
  await compileAndRun('hey-api', { exactOptionalPropertyTypes: false })
  return 'a client by @hey-api/openapi-ts compiles under strict, and does all that clients/hey-api.ts asks for'
}
