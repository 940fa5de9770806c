import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Stryker } from '@stryker-mutator/core'

export const root = fileURLToPath(new URL('..', import.meta.url))
process.chdir(root) // Stryker mutates the folder that it is started in; what it changes is a copy in this one:
const copies = mkdtempSync(join(tmpdir(), 'verifa-mock-mutation-'))
process.on('exit', () => rmSync(copies, { recursive: true, force: true }))
process.env['TAP_TIMEOUT'] = '120' // a busy machine is no reason to call a mutant killed

/** Runs the tests of a group against each mutant of its files. @returns Stryker's results */
export async function mutate ({ files, tests }) {
  return new Stryker({
    mutate: files,
    testRunner: 'tap',
    // compiled once, since each mutant starts each test file anew: tap's own loader for TypeScript takes three times as long
    buildCommand: 'tsc --noCheck --types null --outDir .',
    tap: { testFiles: tests.map(test => `test/${test}.test.js`), nodeArgs: ['--import', new URL('own-folder.js', import.meta.url).href], forceBail: true },
    coverageAnalysis: 'perTest',
    concurrency: availableParallelism(),
    timeoutMS: 60_000, // what hangs, not what is slow
    tempDirName: copies,
    ignorePatterns: ['bench', 'examples', 'judges', 'mutation', 'dist', 'coverage', '.tap'],
    appendPlugins: [fileURLToPath(new URL('descriptions.js', import.meta.url))],
    ignorers: ['descriptions'],
    reporters: ['progress-append-only'],
    logLevel: 'error'
  }).runMutationTest()
}
