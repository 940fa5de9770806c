import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What the mock said about itself before anything was measured; see `prepareSubjects`. */
export const files = { openapi: '', session: '' }

/** The session that the subjects without any behaviour of their own answer with. */
export function readSession () {
  return JSON.parse(readFileSync(files.session, 'utf8'))
}

/** The folder of a package that bench/ depends on. */
export function packageFolder (name) {
  return fileURLToPath(new URL(`../node_modules/${name}`, import.meta.url))
}

/** The version of the package in a folder, or nothing when there is none. */
export function versionIn (folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
  } catch {
    return undefined
  }
}
