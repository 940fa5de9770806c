import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { utimes } from 'node:fs/promises'
import { describeProcess, isRunning, ownMark, type ProcessMark } from './process-mark.js'

/** A state file that cannot be used: another process uses it, or it cannot be written. The message is a sentence. */
export class StateFileError extends Error {
  override readonly name = 'StateFileError'
}

/** If the system cannot tell whether the holder is alive, it counts as dead after not touching its lock for this long, in milliseconds. */
const SILENCE = 3_000

/** How often a lock is checked in the meantime, in milliseconds. */
const LOOK_EVERY = 100

/** A lock file, which lets one process at a time use the file beside it. */
export class FileLock {
  readonly path: string
  readonly #text = JSON.stringify(ownMark())

  /**
   * Takes the lock, and takes it over if its holder was killed. If the system cannot tell whether the holder is alive, for example in
   * another container, it counts as alive if it touches its lock while this process waits.
   * @param file the locked file
   * @param wait blocks for a number of milliseconds
   * @throws StateFileError if another process holds the lock, or the folder cannot be written
   */
  constructor (file: string, wait = sleep) {
    this.path = `${file}.lock`
    let touched: number | undefined
    for (let waited = 0; !this.#create();) {
      const lock = this.#look()
      touched ??= lock.touched
      const isAlive = isRunning(lock.holder) ?? (lock.touched === touched ? undefined : true)
      if (isAlive === true) {
        throw new StateFileError(`${file} is in use by ${describeProcess(lock.holder)}, according to ${this.path}. Stop that process, or use another file.`)
      }
      if (isAlive === undefined && waited < SILENCE) {
        wait(LOOK_EVERY)
        waited += LOOK_EVERY
        continue
      }
      rmSync(this.path, { force: true })
      // if several processes take it over at the same time, the last one gets it
      if (this.#create()) wait(LOOK_EVERY)
      if (this.isHeld()) return
    }
  }

  /** Whether this process still holds the lock: nobody has removed it, or taken it over while this process was suspended. */
  isHeld (): boolean {
    try {
      return readFileSync(this.path, 'utf8') === this.#text
    } catch {
      return false
    }
  }

  /** Shows that this process is alive. Call it once a second. */
  async touch (): Promise<void> {
    const now = new Date() // the machine's time, because other processes compare it
    await utimes(this.path, now, now).catch(() => undefined) // the next write reports the error
  }

  release (): void {
    if (this.isHeld()) rmSync(this.path, { force: true })
  }

  #create (): boolean {
    try {
      writeFileSync(this.path, this.#text, { flag: 'wx', mode: 0o600 })
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw this.#unusable(error)
    }
  }

  #look (): { holder: Partial<ProcessMark>, touched: number } {
    try {
      return { holder: parse(readFileSync(this.path, 'utf8')), touched: statSync(this.path).mtimeMs }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { holder: {}, touched: 0 } // it has just been released
      throw this.#unusable(error)
    }
  }

  #unusable (cause: unknown): StateFileError {
    return new StateFileError(`${this.path} cannot be used: ${(cause as Error).message}.`, { cause })
  }
}

/** Parses the text of a lock, which may not be written yet. */
function parse (text: string): Partial<ProcessMark> {
  try {
    return JSON.parse(text) as ProcessMark | null ?? {}
  } catch {
    return {}
  }
}

function sleep (milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}
