import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { maskApiKey } from '../contract/masking.js'
import type { Environment } from './sessions/session.js'

/** A valid API key, and its properties. */
export interface ApiKey {
  /** The key as it may appear in a log. */
  masked: string
  /** See `digestOf`. */
  digest: string
  environment: Environment
  publishable: boolean
  /** The scopes of the key; `undefined` means all. */
  scopes: readonly string[] | undefined
}

/** The prefix selects the environment (the vendor's page); something must follow it (our decision). */
const KEY = /^vk_(pub_)?(live|sandbox)_[^\s,]+$/

/** The valid API keys. */
export class ApiKeys {
  readonly #accepted: ReadonlyMap<string, readonly string[] | undefined>
  // a client sends the same key with every request
  readonly #known = new LRUCache<string, ApiKey>({ max: 1000 })

  /** @param accepted the keys to accept, as `KEY` or `KEY=SCOPE+SCOPE`; an empty list accepts every well-formed key */
  constructor (accepted: readonly string[]) {
    this.#accepted = new Map(accepted.map(entry => {
      const [key = '', scopes] = entry.split('=')
      return [key, scopes?.split('+')]
    }))
  }

  /** The API key of a text; `undefined` if it is not valid. */
  find (key: string): ApiKey | undefined {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const parts = KEY.exec(key)
    if (parts === null || (this.#accepted.size > 0 && !this.#accepted.has(key))) return undefined
    const apiKey: ApiKey = {
      masked: maskApiKey(key),
      digest: digestOf(key),
      environment: parts[2] as Environment,
      publishable: parts[1] !== undefined,
      scopes: this.#accepted.get(key)
    }
    this.#known.set(key, apiKey)
    return apiKey
  }

  /** The key of a digest, if the key is listed or was used recently. */
  keyOf (digest: string): string | undefined {
    return [...this.#accepted.keys(), ...this.#known.keys()].find(key => digestOf(key) === digest)
  }

  /** Why a key is not valid, for the log. */
  reasonToRefuse (key: string): string {
    return KEY.test(key) ? `${maskApiKey(key)} is not one of the keys that --api-key lists` : 'a key is vk_live_ or vk_sandbox_ followed by something without spaces and commas'
  }
}

/** A digest of a key, valid or not, with which keys are compared and saved. It does not disclose the key. */
export function digestOf (key: string): string {
  return hash('sha256', key, 'hex').slice(0, 32)
}
