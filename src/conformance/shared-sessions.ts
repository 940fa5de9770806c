import type { SharedSession, Step } from './case.js'
import { createSession, simulate } from './cases/requests.js'
import type { Values } from './placeholders.js'
import { success } from './expectations/response.js'
import { type Drift, runSteps } from './run-case.js'
import type { Target } from './target.js'

const create = createSession({ external_ref: '{own}', metadata: { '{own}_a': 1 }, country: 'DE' })

/** How each session comes about. `{sid}` is its ID. */
const preparations: Readonly<Record<SharedSession, readonly Step[]>> = {
  pending: [create],
  approved: [create, simulate('approve')],
  declined: [create, simulate('decline')],
  review: [create, simulate('require-review')],
  expired: [create, simulate('expire')],
  redacted: [create, simulate('approve'), { method: 'DELETE', path: '/sessions/{sid}/data', expect: [success] }]
}

/** Sessions that several cases use, since an API limits how many can be created in a minute. Each is created when a case first needs it. */
export class SharedSessions {
  readonly #target: Target
  readonly #values: Values
  readonly #ids = new Map<SharedSession, unknown>()

  /** @param values those of the run; `own` is what the texts of the run begin with */
  constructor (target: Target, values: Values) {
    this.#target = target
    this.#values = values
  }

  /**
   * Creates those of the sessions that are not there yet.
   * @returns the values of the run together with the ID of each session under its name, and what drifted while one was created
   */
  async prepare (names: readonly SharedSession[]): Promise<{ drift?: Drift, values: Values }> {
    for (const name of names) {
      if (this.#ids.has(name)) continue
      const { drift, values } = await runSteps(preparations[name], this.#target, { ...this.#values, own: `${this.#values.own}_${name}` })
      if (drift !== undefined) return { drift: { ...drift, step: 0 }, values }
      this.#ids.set(name, values['sid'])
    }
    return { values: { ...this.#values, ...Object.fromEntries(this.#ids) } }
  }

  /** The next case that needs one of these sessions gets a new one. */
  forget (names: readonly SharedSession[]): void {
    for (const name of names) this.#ids.delete(name)
  }
}
