import type { Options } from '../options/options.js'
import { FixtureError } from '../sessions/fixture-files.js'

/**
 * Why the mock could not start, in a sentence, and the exit code: 2 where what was given is wrong, 1 where the machine says no.
 * @throws the error itself when it is none that people can mend
 */
export function explainFailedStart (error: NodeJS.ErrnoException, { host, port }: Pick<Options, 'host' | 'port'>): { exitCode: 1 | 2, message: string } {
  if (error instanceof FixtureError) return { exitCode: 2, message: error.message }
  switch (error.code) {
    case 'EADDRINUSE':
      return { exitCode: 1, message: `Port ${port} of ${host} is in use. Choose another with --port, or 0 for any free one.` }
    case 'EACCES':
      return { exitCode: 1, message: `Port ${port} of ${host} is not open to this user. Choose one from 1024 on with --port.` }
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return { exitCode: 1, message: `${host} is no address of this machine. Choose another with --host: 127.0.0.1, or 0.0.0.0 for all.` }
  }
  throw error
}
