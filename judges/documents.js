import { writeFile } from 'node:fs/promises'
import { here, run, verifaMock } from './processes.js'

/** The casings of responses. Each has its own document, whose schemas have their field names in that casing. */
export const casings = ['snake', 'camel', 'kebab']

/** Reads the document that `verifa-mock openapi` prints with these options. */
export async function readDocument (...options) {
  return JSON.parse(await run(verifaMock, 'openapi', ...options))
}

/** Writes the document in a casing to a file. @returns its path */
export async function writeDocument (casing) {
  const path = `${here}generated/${casing}.json`
  await writeFile(path, JSON.stringify(await readDocument('--default-key-inflection', casing)))
  return path
}
