import { writeFile } from 'node:fs/promises'
import { here, run, serve, verifaMock } from './processes.js'

/**
 * Compiles a script of clients/ with its generated code and all its imports, and runs it against two mocks: one that responds in snake
 * case, and one in camel case.
 * @param compilerOptions overrides those of clients/tsconfig.json
 */
export async function compileAndRun (name, compilerOptions) {
  const project = `${here}generated/${name}.tsconfig.json`
  await writeFile(project, JSON.stringify({ extends: '../clients/tsconfig.json', compilerOptions, files: [`../clients/${name}.ts`] }))
  await run(`${here}node_modules/typescript/bin/tsc`, '--project', project)
  const mocks = ['snake', 'camel'].map(casing => serve(verifaMock, '--port', '0', '--log-level', 'fatal', '--default-key-inflection', casing))
  await run(`${here}generated/compiled/clients/${name}.js`, ...await Promise.all(mocks))
}
