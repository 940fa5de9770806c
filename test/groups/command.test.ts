import { importTests } from './import-tests.js'

await importTests('command', 'control')
