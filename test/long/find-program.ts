import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

// Debian has some programs, such as HAProxy, in folders that only the PATH of root has.
const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']

/** The path of the first of some programs that is installed; `undefined` if none is. */
export function findProgram (...names: string[]): string | undefined {
  return names.flatMap(name => folders.map(folder => join(folder, name))).find(isExecutable)
}

function isExecutable (path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
