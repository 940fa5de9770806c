import { importTests } from './import-tests.js'

await importTests('contract', 'domain', 'options', 'outbound', 'stores', 'stores/valkey')
