import fc from 'fast-check'
import t from 'tap'
import type { NamedFixture } from '../../src/domain/fixtures/fixture-set.js'
import { expireSession } from '../../src/domain/sessions/expire.js'
import { bulkRedactSessions, redactSession } from '../../src/domain/sessions/redact.js'
import { resumeSession } from '../../src/domain/sessions/resume.js'
import { environmentOf, isOpen, type Session, type SessionStatus, statuses, TOKEN_LIFETIME } from '../../src/domain/sessions/session.js'
import { type SimulatedAction, simulateSession } from '../../src/domain/sessions/simulate.js'
import { submitSession } from '../../src/domain/sessions/submit.js'
import { addTags, removeTags, setTags } from '../../src/domain/sessions/tags.js'
import { updateSession } from '../../src/domain/sessions/update.js'
import { Life, type Operation } from './life.js'

const open = ['pending', 'capturing']
const active = [...open, 'processing', 'awaiting_external', 'under_review', 'sandbox_pending']

const same = ({ status }: Session) => status
const whenRedacted = ({ status }: Session) => isOpen(status) ? 'expired' : status
const outcomes = [['approve', 'completed'], ['decline', 'completed'], ['require-review', 'under_review'], ['expire', 'expired']] as const
const simulation = (action: SimulatedAction, to: SessionStatus): Operation => ({
  name: `simulate ${action}`, run: ({ session, id, now }) => simulateSession(session, action, () => id, now), from: active, to: () => to
})

/** All operations that can change a session. */
const operations: Operation[] = [
  {
    name: 'resume',
    run: ({ session, now, id }) => resumeSession(session, `http://mock/verify/${id}`, now),
    from: [...open, 'expired', 'failed'],
    to: () => 'pending'
  },
  { name: 'expire', run: ({ session, now }) => expireSession(session, now), from: active, to: () => 'expired' },
  {
    name: 'submit',
    run: ({ session, now }) => submitSession(session, now),
    from: open,
    to: ({ is_sandbox: isSandbox }) => isSandbox ? 'sandbox_pending' : 'processing'
  },
  ...outcomes.map(([action, to]) => simulation(action, to)),
  { name: 'update', run: ({ session, now }) => updateSession(session, { external_ref: 'a', metadata: { a: 1 } }, now), from: statuses, to: same },
  { name: 'add a tag', run: ({ session, now, id }) => addTags(session, { tag: id.slice(-1) }, now), from: statuses, to: same },
  { name: 'remove a tag', run: ({ session, now, id }) => removeTags(session, { tag: id.slice(-1) }, now), from: statuses, to: same },
  { name: 'set tags', run: ({ session, now }) => setTags(session, { tags: ['1', '2', '1'] }, now), from: statuses, to: same },
  {
    name: 'redact',
    run: ({ session, result, now }) => redactSession(environmentOf(session), session.id, {
      sessions: [session], results: [result], links: [undefined]
    }, now),
    from: statuses,
    to: whenRedacted,
    redacted: 'nothing'
  },
  {
    name: 'redact several',
    run: ({ session, result, now }) => bulkRedactSessions(environmentOf(session), ['none', session.id], {
      sessions: [undefined, session], results: [undefined, result], links: [undefined, undefined]
    }, now),
    from: statuses,
    to: whenRedacted,
    redacted: 'nothing'
  }
]

const fixture = fc.record({
  status: fc.constantFrom(...statuses),
  retention_status: fc.constantFrom('active', 'active', null, 'sensitive_redacted', 'redacted'),
  is_sandbox: fc.boolean()
}).map(({ status, retention_status, is_sandbox }): NamedFixture => ({
  id: 'ses_a',
  status: retention_status === 'redacted' && isOpen(status) ? 'expired' : status,
  retention_status,
  is_sandbox,
  ...(status === 'completed' && { result: {} })
}))
const step = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...operations.slice(0, 7)) }, // most often what changes the status
  { weight: 1, arbitrary: fc.constantFrom(...operations) },
  { weight: 1, arbitrary: fc.constantFrom(1_000, TOKEN_LIFETIME - 1, TOKEN_LIFETIME) }
)

t.test('whatever is done, in whatever order, a session stays within the table, and its fields fit its status', async () => {
  const beginning = fc.oneof(fixture, fc.constantFrom('live' as const, 'sandbox' as const))
  await fc.assert(fc.asyncProperty(beginning, fc.array(step, { maxLength: 30, size: 'max' }), async (beginning, steps) => {
    const life = typeof beginning === 'string' ? await Life.ofNew(beginning) : await Life.of(beginning)
    for (const step of steps) await (typeof step === 'number' ? life.pass(step) : life.do(step))
  }), { numRuns: 100 })
})
