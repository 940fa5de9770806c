import { fileURLToPath } from 'node:url'
import { versionIn } from './files.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What users start. */
export const mockProgram = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

/** This project, as users start it. */
export const mock = {
  name: 'verifa-mock',
  version: () => versionIn(root),
  inflects: true,
  replays: true,
  invalidStatus: 422,
  command: ({ port, logLevel, words = [] }) => [
    process.execPath, mockProgram, '--port', `${port}`, '--log-level', logLevel, ...words
  ]
}

/** The same in a program that says how much memory it holds after a garbage collection, which users do not need. */
export const weighedMock = {
  ...mock,
  name: 'verifa-mock (weighed)',
  talks: true,
  command: ({ port, given }) => [
    process.execPath, '--expose-gc', fileURLToPath(new URL('servers/weighed-mock.js', import.meta.url)), `${port}`, JSON.stringify(given)
  ]
}
