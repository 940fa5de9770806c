import { fileURLToPath } from 'node:url'
import { versionIn } from './files.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The program that users start. */
export const mockProgram = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

/** This project, started as users start it. */
export const mock = {
  name: 'verifa-mock',
  version: () => versionIn(root),
  inflects: true,
  replays: true,
  command: ({ port, logLevel, flags = [] }) => [
    process.execPath, mockProgram, '--port', `${port}`, '--log-level', logLevel, ...flags
  ]
}

/** The same in a program that can report how much memory it holds after a garbage collection. */
export const weighedMock = {
  ...mock,
  name: 'verifa-mock (weighed)',
  hasChannel: true,
  command: ({ port, app }) => [
    process.execPath, '--expose-gc', fileURLToPath(new URL('servers/weighed-mock.js', import.meta.url)), `${port}`, JSON.stringify(app)
  ]
}
