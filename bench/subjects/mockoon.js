import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder, readSession, versionIn } from './files.js'

const folder = packageFolder('@mockoon/cli')

/** A fixed response without templates. Its log has no levels: it has a line for each request. */
export const mockoon = {
  name: 'Mockoon',
  version: () => versionIn(folder),
  command: ({ port, folder: ownFolder }) => {
    const file = join(ownFolder, 'environment.json')
    writeFileSync(file, JSON.stringify(environment()))
    return [
      process.execPath, `${folder}/bin/run.js`, 'start', '--data', file, '--repair', '--hostname', '127.0.0.1', '--port', `${port}`,
      '--disable-log-to-file', '--disable-admin-api'
    ]
  }
}

/** The minimum that `--repair` completes to an environment. */
function environment () {
  return {
    name: 'sessions',
    routes: [{
      type: 'http',
      method: 'patch',
      endpoint: 'sessions/:session_id',
      responses: [{
        default: true,
        statusCode: 200,
        bodyType: 'INLINE',
        disableTemplating: true,
        headers: [{ key: 'Content-Type', value: 'application/json' }],
        body: JSON.stringify(readSession())
      }]
    }]
  }
}
