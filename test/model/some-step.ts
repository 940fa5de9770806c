import fc from 'fast-check'
import type { FaultRule, Fixture } from '../../src/index.js'
import { routes } from './request.js'
import { metadata } from './some-body.js'
import { change, idempotencyKey, request, session } from './some-request.js'

const HOUR = 60 * 60 * 1000

const match = fc.oneof(
  fc.record({ session_id: session }),
  fc.record({ idempotency_key: idempotencyKey, operation: fc.constantFrom('updateSession', 'createSession') }),
  fc.record({ session_id: session, idempotency_key: idempotencyKey, method: fc.constantFrom('PATCH', 'GET', 'POST') }),
  fc.record({ operation: fc.constantFrom(...Object.keys(routes)) })
)
const then = fc.constantFrom<FaultRule['then'][]>(
  { drop: 'before' }, { drop: 'after' }, { drop: 'after' }, { status: 429 }, { status: 500 }, { status: 418, error: 'teapot', detail: 'Short.' }
)
const fault: fc.Arbitrary<FaultRule> = fc.oneof(
  fc.record({ then }), // for the next request, whatever it is
  fc.record({ match, then, times: fc.constantFrom(1, 2, null), skip: fc.constantFrom(0, 1) }, { requiredKeys: ['match', 'then'] })
)
const seeds: fc.Arbitrary<Fixture[]> = fc.uniqueArray(fc.record({
  id: fc.constantFrom('ü /%?', 'ses_none', 'ses_a', 'ses_new'),
  status: fc.constantFrom('pending', 'expired', 'failed', 'under_review'),
  is_sandbox: fc.boolean(),
  metadata
}, { requiredKeys: ['id'] }), { selector: ({ id }) => id, minLength: 1, maxLength: 2 })
const span = fc.constantFrom<[text: string, milliseconds: number][]>(
  ['24h', 24 * HOUR], ['23h59m59s999ms', 24 * HOUR - 1], ['1ms', 1], ['20m', HOUR / 3], ['19m59s999ms', HOUR / 3 - 1], ['12h', 12 * HOUR], ['1h', HOUR],
  ['-1h', -HOUR], ['-24h', -24 * HOUR]
)
const captureRequest = fc.record({
  method: fc.constantFrom('GET', 'GET', 'HEAD', 'POST', 'POST'),
  token: fc.constantFrom('ses_a', 'ses_live', 'ses_b', 'cap_1', 'cap_2', 'cap_old', 'ü /%?', 'own 1', 'own 1', 'own 2', 'link 1', 'link 1', 'link 1', 'link 2'),
  casing: fc.constantFrom(undefined, 'camel', 'kebab'),
  payload: fc.constantFrom('{"outcome":"approve"}', '{"outcome":"reject"}', '{"outcome":"needs_review"}', '{"outcome":"expire"}')
})
const moment = fc.constantFrom('2026-03-01T12:00:00.000Z', '2026-03-02T12:00:00.000Z', '2026-03-03T11:59:59.999Z')

/** Everything that can be done to a mock. */
export const step = fc.oneof(
  { weight: 60, arbitrary: fc.record({ do: fc.constant('request'), request }) },
  { weight: 10, arbitrary: fc.record({ do: fc.constant('capture'), request: captureRequest }) },
  { weight: 25, arbitrary: fc.record({ do: fc.constant('retry'), back: fc.nat(4), change, other: request }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('request twice together'), request }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('advance'), span }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('set clock'), clock: fc.record({ freeze: fc.boolean(), set: moment }, { requiredKeys: [] }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait'), milliseconds: fc.constantFrom(1, 1000, HOUR / 3, 24 * HOUR) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('add fault'), rule: fault }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('clear faults'), index: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('seed'), seeds, apiKey: fc.constantFrom('vk_sandbox_a', 'vk_live_a') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove'), id: session }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('save') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restore'), sessionsOnly: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('reset', 'reset clock') }) }
)
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
