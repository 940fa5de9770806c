import type { Logger } from 'pino'
import { timestamp } from '../contract/time.js'
import type { Workspace } from '../domain/workspace.js'
import type { StateFile } from './state-file.js'

/** How often the writer looks for changes, in milliseconds. */
const LOOK_EVERY = 1_000

/** After a write, the writer pauses this many times as long as it took, so that a large state does not hold up requests. */
const REST = 9

export interface StateWriterOptions {
  workspace: Workspace
  file: Pick<StateFile, 'path' | 'write' | 'touch' | 'release'>
  /** Logs that the state could not be written, and that it was written again. */
  log: Pick<Logger, 'info' | 'error'>
  /** A time in milliseconds. */
  now?: () => number
}

/** Keeps a state file up to date with its workspace. It looks for changes once a second, so that requests do not have to report them. */
export class StateWriter {
  readonly #options: StateWriterOptions
  readonly #now: () => number
  /** The revision that was written last, or could not be written. */
  #tried: Promise<string>
  #writing: Promise<void> | undefined
  #restUntil = 0
  #failed = false
  #closed = false
  #timer: NodeJS.Timeout | undefined

  constructor (options: StateWriterOptions) {
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
    this.#tried = this.#revision()
  }

  /** Looks for changes from now on, with a timer that keeps no process alive. */
  start (): this {
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY).unref()
    return this
  }

  /** Writes the state if it has changed. */
  async look (): Promise<void> {
    const { file, log } = this.#options
    await file.touch()
    if (this.#closed || this.#writing !== undefined || this.#now() < this.#restUntil) return
    this.#writing = this.#writeChanges()
    try {
      await this.#writing
    } catch (error) {
      if (!this.#failed) log.error(`${(error as Error).message} The mock tries again at the next change, and when it stops.`)
      this.#failed = true
    }
    this.#writing = undefined
  }

  /**
   * Writes unwritten changes, and releases the file. Call it when nothing changes any more.
   * @throws StateFileError if the state could not be written
   */
  async close (): Promise<void> {
    const { file, log } = this.#options
    clearInterval(this.#timer)
    this.#closed = true
    await this.#writing?.catch(() => undefined) // the error is already logged
    try {
      await this.#writeChanges(this.#failed)
    } catch (error) {
      log.error((error as Error).message)
      throw error
    } finally {
      file.release()
    }
  }

  async #writeChanges (always = false): Promise<void> {
    const { workspace, file, log } = this.#options
    const revision = this.#revision()
    if (await revision === await this.#tried && !always) return
    this.#tried = revision
    const start = this.#now()
    try {
      // read in the same turn as the clock in the state
      const savedAt = timestamp(workspace.world.clock.machineTime())
      await file.write({ ...await workspace.save(), saved_at: savedAt })
      if (this.#failed) log.info(`The state is written to ${file.path} again.`)
      this.#failed = false
    } finally {
      this.#restUntil = this.#now() + REST * (this.#now() - start)
    }
  }

  /** A text that is different after each change of the state. */
  async #revision (): Promise<string> {
    const { generation, store } = this.#options.workspace.world
    const { documents, settings } = await store.revisions()
    return [generation, documents, settings].join(' ')
  }
}
