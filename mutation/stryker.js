import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Stryker } from '@stryker-mutator/core'

export const root = fileURLToPath(new URL('..', import.meta.url))
process.chdir(root) // Stryker mutates the current folder, in copies, which it makes here:
const copies = mkdtempSync(join(tmpdir(), 'verifa-mock-mutation-'))
process.on('exit', () => rmSync(copies, { recursive: true, force: true }))
process.env['TAP_TIMEOUT'] = '120' // on a busy machine a slow test must not count as a killed mutant

/** Runs the tests of a group against each mutant of its files. @returns Stryker's results */
export async function mutate ({ files, tests }) {
  return new Stryker({
    mutate: files,
    testRunner: 'tap',
    // compiled once, because each mutant starts each test file again, and tap's own TypeScript loader takes three times as long
    buildCommand: 'tsc --noCheck --types null --outDir .',
    tap: { testFiles: tests.map(test => `test/${test}.test.js`), nodeArgs: ['--import', new URL('own-folder.js', import.meta.url).href], forceBail: true },
    coverageAnalysis: 'perTest',
    concurrency: availableParallelism(),
    timeoutMS: 60_000, // long enough for slow tests
    tempDirName: copies,
    ignorePatterns: ['bench', 'docs', 'examples', 'judges', 'mutation', 'dist', 'coverage', '.tap'],
    appendPlugins: [fileURLToPath(new URL('descriptions.js', import.meta.url))],
    ignorers: ['descriptions'],
    reporters: ['progress-append-only'],
    logLevel: 'error'
  }).runMutationTest()
}
