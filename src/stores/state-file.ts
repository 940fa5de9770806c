import { existsSync, realpathSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { ResultSchemas, State } from '../domain/state.js'
import { FileLock, StateFileError } from './file-lock.js'
import { FixtureError, fixturesOf, isState, readFile, type ReadFixtures } from './fixture-files.js'

/** The content of a state file at the start. */
export type ReadState = ReadFixtures & Pick<State, 'saved_at'>

/** A file that keeps a state across restarts, locked for this process. */
export class StateFile {
  readonly path: string
  /** The content of the file at the start; `undefined` if it did not exist. */
  readonly state: ReadState | undefined
  readonly #lock: FileLock

  /**
   * Locks the file and reads it. An invalid file is left as it is.
   * @throws FixtureError that names all problems
   * @throws StateFileError if another process uses the file, or its folder cannot be written
   */
  constructor (path: string, results: ResultSchemas, lock = (file: string) => new FileLock(file)) {
    // a link stays a link, and its target is written
    this.path = existsSync(path) ? realpathSync(path) : resolve(path)
    this.#lock = lock(this.path)
    try {
      this.state = read(this.path, results)
    } catch (error) {
      this.#lock.release()
      throw error
    }
  }

  /**
   * Replaces the file as a whole: it always has the old state or the new one, even if the machine stops in the meantime.
   * @throws StateFileError if it could not be written; the old state is kept
   */
  async write (state: State): Promise<void> {
    const temporary = `${this.path}.tmp`
    try {
      if (!this.#lock.isHeld()) throw new Error(`${this.#lock.path} was removed, or taken over by another process`)
      await rm(temporary, { force: true }) // left by a process that was killed
      const file = await open(temporary, 'wx', 0o600) // private, because it has the secrets of webhooks
      try {
        await file.writeFile(JSON.stringify(state))
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(temporary, this.path)
    } catch (error) {
      throw new StateFileError(`The state could not be written to ${this.path}: ${explain(error as NodeJS.ErrnoException)}.`, { cause: error })
    }
    await syncFolder(dirname(this.path))
  }

  /** Shows other processes that this one uses the file. Call it once a second. */
  async touch (): Promise<void> {
    await this.#lock.touch()
  }

  /** Lets other processes use the file. */
  release (): void {
    this.#lock.release()
  }
}

function read (path: string, results: ResultSchemas): ReadState | undefined {
  if (!existsSync(path)) return undefined
  const source = readFile(path)
  try {
    if (!(source.content instanceof Error) && !isState(source.content)) {
      throw new FixtureError(`${path}: must be a saved state: an object with sessions`)
    }
    const { saved_at: savedAt } = source.content as State
    return { ...fixturesOf([source], results), ...(savedAt !== undefined && { saved_at: savedAt }) }
  } catch (error) {
    throw new FixtureError(`${(error as Error).message}\nThe state file was left as it is. To start from the fixtures, move it away.`, { cause: error })
  }
}

function explain ({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ENOSPC': return 'the disk is full'
    case 'ENOENT': return 'its folder does not exist any more'
    case 'EBUSY': return 'it is mounted by itself. Mount its folder instead'
    default: return message
  }
}

/** Makes a rename survive a crash of the machine. Not every system can sync a folder. */
async function syncFolder (path: string): Promise<void> {
  try {
    const folder = await open(path)
    await folder.sync().finally(async () => folder.close())
  } catch {}
}
