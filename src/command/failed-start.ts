import type { Options } from '../options/options.js'
import { StateFileError } from '../stores/file-lock.js'
import { FixtureError } from '../stores/fixture-files.js'
import { StoreError } from '../stores/shared-store.js'

type Address = Pick<Options, 'host' | 'port'>

/**
 * Explains in a sentence why the mock could not start. The exit code is 2 if a fixture or the state file is wrong, and 1 if the mock
 * cannot listen, another process uses the state file, or the store cannot be used.
 * @throws the error itself if it is a bug
 */
export function explainFailedStart (error: Error, address: Address): { exitCode: 1 | 2, message: string } {
  if (error instanceof FixtureError) return { exitCode: 2, message: error.message }
  if (error instanceof StateFileError || error instanceof StoreError) return { exitCode: 1, message: error.message }
  const message = explainListenError(error, address, option => `--${option}`)
  if (message === undefined) throw error
  return { exitCode: 1, message }
}

/**
 * The error of a server that could not listen, with a sentence as its message, the system's code as `code`, and the original error as
 * `cause`. Any other error is returned unchanged.
 */
export function listenError (error: Error, address: Address): Error {
  const message = explainListenError(error, address, option => option)
  if (message === undefined) return error
  return Object.assign(new Error(message, { cause: error }), { code: (error as NodeJS.ErrnoException).code })
}

function explainListenError (error: Error, { host, port }: Address, nameOf: (option: string) => string): string | undefined {
  const setHost = `Set ${nameOf('host')} to 127.0.0.1, or to 0.0.0.0 for every IPv4 address.`
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE': return `Port ${port} of ${host} is in use. Set ${nameOf('port')} to another port, or to 0 for a free one.`
    case 'EACCES': return `This user may not listen on port ${port} of ${host}. Set ${nameOf('port')} to 1024 or more.`
    case 'EADDRNOTAVAIL': return `${host} is not an address of this machine. ${setHost}`
    case 'ENOTFOUND': return `${host} does not resolve to an address of this machine. ${setHost}`
    default: return undefined
  }
}
