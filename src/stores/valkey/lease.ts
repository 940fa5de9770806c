import { LEASE } from '../../domain/store.js'
import type { Engine } from './engine.js'
import { script } from './scripts.js'

/** Takes the lease KEYS[1] for ARGV[1], or renews it, for ARGV[2] milliseconds. Returns 1 if ARGV[1] has it. */
const leaseScript = script(`
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`)

/** Releases the lease KEYS[1], if ARGV[1] has it. */
const releaseScript = script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`)

/** The lease of a world. The process that has it leads the timeline. It expires unless it is renewed. */
export class Lease {
  readonly #engine: Engine
  readonly #key: string
  readonly #holder: string

  constructor (engine: Engine, key: string, holder: string) {
    this.#engine = engine
    this.#key = key
    this.#holder = holder
  }

  /** Takes or renews it. Returns whether this holder has it. */
  async take (): Promise<boolean> {
    return await this.#engine.run(leaseScript, [this.#key], [this.#holder, String(LEASE)]) === 1
  }

  /** Releases it. If this fails, it expires. */
  release (): void {
    this.#engine.run(releaseScript, [this.#key], [this.#holder]).catch(() => undefined)
  }
}
