import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder, readSession, versionIn } from './files.js'

const folder = packageFolder('json-server')

/** A REST API over a JSON file: it merges the update, stores it, and writes the file. `--quiet` turns its log off. */
export const jsonServer = {
  name: 'json-server',
  version: () => versionIn(folder),
  command: ({ port, folder: ownFolder }) => {
    const file = join(ownFolder, 'db.json')
    writeFileSync(file, JSON.stringify({ sessions: [readSession()] }))
    return [process.execPath, `${folder}/lib/cli/bin.js`, '--host', '127.0.0.1', '--port', `${port}`, '--quiet', file]
  }
}
