import { get, type IncomingMessage } from 'node:http'
import type { Revisions } from '../../src/domain/revisions.js'

/** A client of a live stream, over a connection of its own. */
export class EventStream {
  readonly #blocks: AsyncIterator<string, undefined>

  private constructor (readonly response: IncomingMessage) {
    this.#blocks = blocksOf(response)
  }

  static async open (url: string, headers: Record<string, string> = {}): Promise<EventStream> {
    return new Promise((resolve, reject) => {
      get(url, { headers, agent: false }, response => resolve(new EventStream(response))).on('error', reject)
    })
  }

  /** The next event or comment, without the empty line at its end; `undefined` at the end of the stream. */
  async next (): Promise<string | undefined> {
    return (await this.#blocks.next()).value
  }

  /** The numbers of the next event that has some. A change in more than one part may come in more than one event. */
  async event (has: (revisions: Revisions) => boolean = () => true): Promise<Revisions> {
    for (let block; (block = await this.next()) !== undefined;) {
      const [, data] = /^data: (.*)$/m.exec(block) ?? []
      const revisions = data === undefined ? undefined : JSON.parse(data) as Revisions
      if (revisions !== undefined && has(revisions)) return revisions
    }
    throw new Error('The stream has ended.')
  }

  /** Leaves. */
  hangUp (): void {
    this.response.destroy()
  }
}

/** @throws when the stream is cut instead of ended */
async function* blocksOf (response: IncomingMessage): AsyncGenerator<string, undefined> {
  let parts: string[] = []
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
    parts.push(chunk)
    // a large block is joined once, at its end
    if (!chunk.includes('\n')) continue
    const blocks = parts.join('').split('\n\n')
    parts = [blocks.pop() as string]
    yield* blocks
  }
}
