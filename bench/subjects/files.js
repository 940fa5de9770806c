import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Files made from the mock before anything is measured; see `prepareSubjects`. */
export const files = { openapi: '', session: '' }

/** The session that the subjects without behavior respond with. */
export function readSession () {
  return JSON.parse(readFileSync(files.session, 'utf8'))
}

/** The folder of a package that bench/ depends on. */
export function packageFolder (name) {
  return fileURLToPath(new URL(`../node_modules/${name}`, import.meta.url))
}

/** The version of the package in a folder, or `undefined` when there is none. */
export function versionIn (folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
  } catch {
    return undefined
  }
}
