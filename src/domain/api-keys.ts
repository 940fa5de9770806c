import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { maskApiKey } from '../contract/masking.js'
import type { Environment } from './sessions/session.js'

/** A valid API key, and what follows from it. */
export interface ApiKey {
  /** The key as it may stand in a log. */
  masked: string
  /** See `digestOf`. */
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

  /** What a key is; `undefined` when it is not valid. */
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

  /** The key that a digest stands for, if it is listed or was used lately. */
  keyOf (digest: string): string | undefined {
    return [...this.#accepted.keys(), ...this.#known.keys()].find(key => digestOf(key) === digest)
  }

  /** Why a key is not valid, for the log. */
  reasonToRefuse (key: string): string {
    return KEY.test(key) ? `${maskApiKey(key)} is not one of the keys that --api-key lists` : 'a key is vk_live_ or vk_sandbox_ followed by something without spaces and commas'
  }
}

/** Stands for a key, also one that is not valid, where keys are compared or saved. It does not disclose the key. */
export function digestOf (key: string): string {
  return hash('sha256', key, 'hex').slice(0, 32)
}
