import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder, readSession, versionIn } from './files.js'

const folder = packageFolder('@mockoon/cli')

/** A fixed answer without templates, the least that it can do. Its log has no levels: a line for each request. */
export const mockoon = {
  name: 'Mockoon',
  version: () => versionIn(folder),
  invalidStatus: 200,
  command: ({ port, folder: own }) => {
    const file = join(own, 'environment.json')
    writeFileSync(file, JSON.stringify(environment()))
    return [
      process.execPath, `${folder}/bin/run.js`, 'start', '--data', file, '--repair', '--hostname', '127.0.0.1', '--port', `${port}`,
      '--disable-log-to-file', '--disable-admin-api'
    ]
  }
}

/** As little as `--repair` can make a whole environment of. */
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
