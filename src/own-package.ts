import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// All paths are relative to this module, which is in src/ or dist/, like the bundled command (bundle.js).

/** The version of this package. */
export const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

/** The sessions that the mock starts with by default. */
export const bundledFixtures = fileURLToPath(new URL('../fixtures', import.meta.url))

/** The files of the inspector's page, which the build creates. */
export const inspectorFolder = fileURLToPath(new URL('../dist/inspector', import.meta.url))
