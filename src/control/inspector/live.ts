import type { ServerResponse } from 'node:http'
import { type Revisions, revisionsOf } from '../../domain/revisions.js'
import { StoreAwayError } from '../../domain/store-away.js'
import type { Workspace } from '../../domain/workspace.js'
import { eventOf, GREETING, idOf, PING } from './event.js'

/** How often the workspaces are checked, in milliseconds: a stream sends at most ten events a second. */
const INTERVAL = 100

/** After how many checks without an event a stream sends a comment: 15 seconds. Proxies close connections that are idle for longer. */
const PING_AFTER = 150

const headers = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no', // a proxy must pass on each event at once
  'connection': 'close' // so that the end of a stream is the end of its connection, and closing the mock waits for neither
}

/** The revisions of a workspace; `undefined` while its store is away. */
async function revisionsIn (workspace: Workspace): Promise<Revisions | undefined> {
  try {
    return await revisionsOf(await workspace.enter())
  } catch (error) {
    if (error instanceof StoreAwayError) return undefined
    throw error
  }
}

interface Stream {
  readonly response: ServerResponse
  readonly workspace: Workspace
  /** The ID of the last event that the client has. */
  lastId: string | undefined
  /** How many checks ago something was sent. */
  silent: number
}

/**
 * The streams that report when a workspace has changed. A timer compares the numbers of the workspaces while there are streams. Changes
 * do not push to them, so that streams cost requests no time.
 */
export class LiveStreams {
  readonly #streams = new Set<Stream>()
  #timer: NodeJS.Timeout | undefined

  /**
   * Begins a stream.
   * @param lastId the ID of the last event that the client has seen; an unknown ID counts as none
   */
  async open (response: ServerResponse, workspace: Workspace, lastId: string | undefined): Promise<void> {
    if (response.destroyed) return // the client is gone
    const stream = { response, workspace, lastId, silent: 0 }
    this.#streams.add(stream)
    response.once('close', () => this.#forget(stream))
    response.writeHead(200, headers).write(GREETING)
    this.#timer ??= setInterval(() => void this.tick(), INTERVAL).unref()
    await this.#update(stream)
  }

  /** Checks the workspaces, and sends changed numbers. */
  async tick (): Promise<void> {
    await Promise.all(Array.from(this.#streams, async stream => this.#update(stream)))
  }

  /** Ends all streams. */
  close (): void {
    for (const stream of this.#streams) this.#end(stream)
  }

  async #update (stream: Stream): Promise<void> {
    const { response, workspace } = stream
    if (workspace.closed) {
      this.#end(stream)
      return
    }
    const revisions = await revisionsIn(workspace)
    if (revisions === undefined) return
    // a client that reads slowly gets the newest numbers when it has read the others
    if (!this.#streams.has(stream) || response.writableNeedDrain) return
    const id = idOf(revisions)
    if (id !== stream.lastId) {
      response.write(eventOf(revisions))
      Object.assign(stream, { lastId: id, silent: 0 })
    } else if (++stream.silent === PING_AFTER) {
      response.write(PING)
      stream.silent = 0
    }
  }

  #end (stream: Stream): void {
    this.#forget(stream)
    stream.response.end()
  }

  #forget (stream: Stream): void {
    this.#streams.delete(stream)
    if (this.#streams.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
