import { Type } from '@sinclair/typebox'
import { type Problem, validationError } from '../../contract/errors.js'
import { ref, schemaOf } from '../../contract/schema.js'
import type { Decision } from '../decision.js'
import type { Event } from '../events.js'
import { checkOwner, ResultFixture } from '../fixtures/result-fixture.js'
import type { ResultStatus } from './result.js'
import type { Session } from './session.js'
import { outcomes, simulateSession, Simulation } from './simulate.js'

/** The outcome to simulate, and its result. */
export interface DirectSimulation extends Simulation {
  /** Fields of the result. Fields that are left out get the simulated values. */
  result?: ResultFixture
}

export const DirectSimulation = schemaOf<DirectSimulation>()(Type.Object({
  ...Simulation.properties,
  result: Type.Optional(ref(ResultFixture))
}, { $id: 'DirectSimulation', additionalProperties: false, description: 'Which outcome to simulate, and fields of its result' }))

/**
 * Simulates an outcome of a session of either environment.
 * @param newCaseId creates the ID of a review case
 * @throws ApiError 422 if the result does not fit, 400 if the session is not active
 */
export function simulateDirectly (
  before: Session, { action, result }: DirectSimulation, newCaseId: () => string, now: number
): Decision<Session> {
  const outcome = outcomes[action]
  checkGiven(result, before, outcome === undefined ? [] : [outcome], `action ${action}`)
  const decision = simulateSession(before, action, newCaseId, now, result)
  return { ...decision, response: { status: 200, body: (decision.events[0] as Event).after } }
}

/**
 * Refuses a result that does not fit.
 * @param fitting the statuses that the result may have
 * @param reason what determines these statuses, for the message
 * @throws ApiError 422 that names the field that does not fit
 */
export function checkGiven (result: ResultFixture | undefined, session: Session, fitting: readonly ResultStatus[], reason: string): void {
  if (result === undefined) return
  const loc = ['body', 'result']
  const { status } = result
  const problems: Problem[] = []
  if (fitting.length === 0) {
    problems.push({ loc, msg: `must be left out with the ${reason}`, type: 'value_error' })
  } else {
    if (status !== undefined && !fitting.includes(status)) {
      problems.push({ loc: [...loc, 'status'], msg: `must be ${fitting.join(' or ')} with the ${reason}`, type: 'value_error' })
    }
    problems.push(...checkOwner(result, session, loc))
  }
  if (problems.length > 0) throw validationError(problems)
}
