import type { Options } from '../options/options.js'
import { FixtureError } from '../stores/fixture-files.js'

type Address = Pick<Options, 'host' | 'port'>

/**
 * Why the mock could not start, in a sentence, and the exit code: 2 when what was given is wrong, 1 when the machine refuses.
 * @throws the error itself when it is a defect
 */
export function explainFailedStart (error: Error, address: Address): { exitCode: 1 | 2, message: string } {
  if (error instanceof FixtureError) return { exitCode: 2, message: error.message }
  const message = explainListenError(error, address, option => `--${option}`)
  if (message === undefined) throw error
  return { exitCode: 1, message }
}

/**
 * The error of a server that could not listen, with a sentence for its message; its `code` and its `cause` say what the
 * system said. Any other error is returned as it is.
 */
export function listenError (error: Error, address: Address): Error {
  const message = explainListenError(error, address, option => option)
  if (message === undefined) return error
  return Object.assign(new Error(message, { cause: error }), { code: (error as NodeJS.ErrnoException).code })
}

function explainListenError (error: Error, { host, port }: Address, nameOf: (option: string) => string): string | undefined {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE': return `Port ${port} of ${host} is in use. Set ${nameOf('port')} to another one, or to 0 for any free one.`
    case 'EACCES': return `Port ${port} of ${host} needs more rights than this user has. Set ${nameOf('port')} to 1024 or more.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND': return `${host} is not an address of this machine. Set ${nameOf('host')} to 127.0.0.1, or to 0.0.0.0 for all addresses.`
    default: return undefined
  }
}
