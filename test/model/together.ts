import type { Made } from './call.js'
import type { ReferenceModel } from './reference-model.js'
import type { Request, Response } from './request.js'

/** What two equal requests at the same time can lead to. */
export interface Outcome {
  model: ReferenceModel
  responses: Response[]
}

/**
 * All outcomes of two equal requests at the same time. Faults are counted when a request is read, so the one that is counted first may be
 * executed last.
 * @param made what they have made, in any order
 */
export function* outcomesOf (model: ReferenceModel, request: Request, made: readonly Made[]): Generator<Outcome> {
  for (const isOvertaken of [false, true]) {
    for (const order of [made, made.toReversed()]) {
      const after = model.clone()
      const effects = [after.effectOn(request), after.effectOn(request)]
      if (isOvertaken) effects.reverse()
      const left = [...order]
      const responses = effects.map(effect => {
        const response = after.request(request, left[0] ?? { session: undefined, links: [] }, effect)
        if (after.journal.at(-1)?.changes.length) left.shift()
        return response
      })
      yield { model: after, responses }
    }
  }
}
