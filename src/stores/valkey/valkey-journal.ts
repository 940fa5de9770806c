import { maskApiKeysIn } from '../../contract/masking.js'
import { digestOf } from '../../domain/api-keys.js'
import { maskHeaders, responseTextOf } from '../../domain/journal/entry.js'
import { type Exchange, type Journal, sizeOf } from '../../domain/journal/journal.js'
import { StoreAwayError } from '../../domain/store-away.js'
import type { Engine } from './engine.js'
import { addExchangeScript, clearExchangesScript, listExchangesScript, removeExchangesScript } from './journal-scripts.js'
import type { WorldKeys } from './layout.js'

export interface ValkeyJournalOptions {
  engine: Engine
  keys: WorldKeys
  /** The maximum number of exchanges. */
  maxEntries: number
  /** The approximate maximum size of all exchanges, in bytes. */
  maxBytes: number
}

type StreamEntry = [id: string, fields: [bytesName: 'bytes', bytes: string, entryName: 'entry', entry: string]]

/** The journal of a world as a stream. API keys and other secrets are masked before they are written. */
export class ValkeyJournal implements Journal {
  readonly #options: ValkeyJournalOptions
  readonly #keys: string[]
  /** The exchanges of the last listing. Exchanges never change, so only new ones have to be read. */
  #listed: readonly Exchange[] = []
  /** How often exchanges had been removed at the last listing. After another removal, all are read again. */
  #removals = ''

  constructor (options: ValkeyJournalOptions) {
    this.#options = options
    this.#keys = [options.keys.meta, options.keys.journal]
  }

  async add (exchange: Exchange): Promise<void> {
    const { engine, maxEntries, maxBytes } = this.#options
    exchange.bytes = sizeOf(exchange)
    const args = [JSON.stringify(withoutSecrets(exchange)), String(exchange.bytes), String(maxEntries), String(maxBytes)]
    const id = await engine.run(addExchangeScript, this.#keys, args) as number
    if (id === 0) throw new StoreAwayError('the state that the request is about is gone')
    exchange.id = id
  }

  async list (): Promise<readonly Exchange[]> {
    const last = this.#listed.at(-1)?.id ?? 0
    const [oldest, removals, entries] = await this.#read(last + 1)
    if (removals !== this.#removals && last > 0) {
      this.#listed = []
      return this.list()
    }
    this.#removals = removals
    const first = Number.parseInt(oldest, 10)
    const known = new Set<number>()
    const kept = oldest === '' ? [] : this.#listed.filter(({ id }) => id >= first)
    for (const { id } of kept) known.add(id)
    // another call may have read some of them in the meantime
    return this.#listed = [...kept, ...entries.map(toExchange).filter(({ id }) => !known.has(id))]
  }

  async find (id: number): Promise<Exchange | undefined> {
    if (!Number.isSafeInteger(id)) return undefined
    const { engine, keys: { journal } } = this.#options
    const entries = await engine.send(journal, ['XRANGE', journal, `${id}-0`, `${id}-0`]) as StreamEntry[]
    return entries[0] === undefined ? undefined : toExchange(entries[0])
  }

  async counts (): Promise<{ size: number, dropped: number }> {
    const { engine, keys: { journal, meta } } = this.#options
    const [size, dropped] = await Promise.all([
      engine.send(journal, ['XLEN', journal]), engine.send(meta, ['HGET', meta, 'journal:dropped'])
    ])
    return { size: Number(size), dropped: Number(dropped ?? 0) }
  }

  async remove (exchanges: readonly Exchange[]): Promise<void> {
    await this.#options.engine.run(removeExchangesScript, this.#keys, exchanges.map(({ id }) => `${id}-0`))
  }

  async clear (): Promise<void> {
    await this.#options.engine.run(clearExchangesScript, this.#keys, [])
  }

  async revision (): Promise<number> {
    const { engine, keys: { meta } } = this.#options
    return Number(await engine.send(meta, ['HGET', meta, 'journal:revision']) ?? 0)
  }

  async #read (from: number): Promise<[oldest: string, removals: string, entries: StreamEntry[]]> {
    return await this.#options.engine.run(listExchangesScript, this.#keys, [`${from}-0`]) as [string, string, StreamEntry[]]
  }
}

/** An exchange without secrets, to be written: it has the digest of its API key instead of the key. */
function withoutSecrets (exchange: Exchange): Exchange {
  const { 'x-api-key': apiKey } = exchange.requestHeaders
  const { url, sessionId, idempotencyKey, reason } = exchange
  return {
    ...exchange,
    url: maskApiKeysIn(url),
    sessionId: sessionId && maskApiKeysIn(sessionId),
    idempotencyKey: idempotencyKey && maskApiKeysIn(idempotencyKey),
    reason: reason && maskApiKeysIn(reason),
    requestHeaders: maskHeaders(exchange.requestHeaders),
    responseBody: responseTextOf(exchange),
    ...(typeof apiKey === 'string' && { apiKeyDigest: digestOf(apiKey) })
  }
}

function toExchange ([id, [, , , entry]]: StreamEntry): Exchange {
  return { ...JSON.parse(entry) as Exchange, id: Number.parseInt(id, 10) }
}
