import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Environment } from './sessions/session.js'

/** An API key that is valid, and what follows from it. */
export interface ApiKey {
  /** The key in a form that may be written down: its prefix and, where enough stays hidden, its last four characters. */
  masked: string
  /** What stands for the key where it is compared or saved, and does not tell it. */
  digest: string
  environment: Environment
  publishable: boolean
  /** What the key may do; `undefined` is everything. */
  scopes: readonly string[] | undefined
}

/** The prefix selects the environment (the vendor's page); something must follow it (our decision). */
const KEY = /^vk_(pub_)?(live|sandbox)_[^\s,]+$/

/** Knows which API keys are valid. */
export class ApiKeys {
  readonly #accepted: ReadonlyMap<string, readonly string[] | undefined>
  // a client sends the same key with every request
  readonly #known = new LRUCache<string, ApiKey>({ max: 1000 })

  /** @param accepted the keys to accept, as `KEY` or `KEY=SCOPE+SCOPE`; none means every well-formed key */
  constructor (accepted: readonly string[]) {
    this.#accepted = new Map(accepted.map(entry => {
      const [key = '', scopes] = entry.split('=')
      return [key, scopes?.split('+')]
    }))
  }

  /** What a key is, or `undefined` when it is not valid. */
  find (key: string): ApiKey | undefined {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const parts = KEY.exec(key)
    if (parts === null || (this.#accepted.size > 0 && !this.#accepted.has(key))) return undefined
    const apiKey: ApiKey = {
      masked: maskApiKey(key),
      digest: hash('sha256', key, 'hex').slice(0, 32),
      environment: parts[2] as Environment,
      publishable: parts[1] !== undefined,
      scopes: this.#accepted.get(key)
    }
    this.#known.set(key, apiKey)
    return apiKey
  }
}

/** A URL whose API keys, which do not belong there, are masked. */
export function maskApiKeysIn (url: string): string {
  return url.includes('vk_') ? url.replace(/vk_(?:pub_)?(?:live|sandbox)_[^&#/?]+/g, maskApiKey) : url
}

/** A key as it may stand in a log: its prefix and, where enough stays hidden, its last four characters. */
export function maskApiKey (key: string): string {
  const prefix = /^vk_(pub_)?(live|sandbox)_/.exec(key)?.[0] ?? ''
  const secret = key.slice(prefix.length)
  return `${prefix}…${secret.length > 8 ? secret.slice(-4) : ''}`
}
