import { writeFile } from 'node:fs/promises'
import { here, run, verifaMock } from './processes.js'

/** The casings that the mock answers in; each has a document of its own, in which schemas have their names in it. */
export const casings = ['snake', 'camel', 'kebab']

/** The document that `verifa-mock openapi` prints with these options. */
export async function readDocument (...options) {
  return JSON.parse(await run(verifaMock, 'openapi', ...options))
}

/** Writes the document in a casing to a file. @returns its path */
export async function writeDocument (casing) {
  const path = `${here}generated/${casing}.json`
  await writeFile(path, JSON.stringify(await readDocument('--default-key-inflection', casing)))
  return path
}
