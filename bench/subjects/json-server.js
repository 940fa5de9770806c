import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder, readSession, versionIn } from './files.js'

const folder = packageFolder('json-server')

/** A REST API over a JSON file: it merges the update, keeps it, and writes the file. `--quiet` takes its log away. */
export const jsonServer = {
  name: 'json-server',
  version: () => versionIn(folder),
  invalidStatus: 200,
  command: ({ port, folder: own }) => {
    const file = join(own, 'db.json')
    writeFileSync(file, JSON.stringify({ sessions: [readSession()] }))
    return [process.execPath, `${folder}/lib/cli/bin.js`, '--host', '127.0.0.1', '--port', `${port}`, '--quiet', file]
  }
}
