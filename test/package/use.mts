import {
  buildApp, connectVerifaMock, type Expectation, type FaultRule, type Fixture, type JournalEntry, type Options, type Session, startVerifaMock, type State,
  UnmetExpectation
} from 'verifa-mock'

const options: Partial<Options> = { port: 0, unknownFields: 'ignore', apiKeys: ['vk_sandbox_a'] }
const fixture: Fixture = { id: 'ses_mine', status: 'capturing' }
const app = buildApp(options)
const response = await app.inject({ method: 'POST', url: '/_mock/sessions', payload: fixture })
const session: Session = response.json<Session>()
const ref: string | null = session.external_ref
console.log(ref)
// @ts-expect-error a session is immutable
session.status = 'completed'

await using mock = await startVerifaMock({ fixtures: [fixture] })
const one: Session = await mock.seed({ id: 'a', status: 'completed' })
const many: Session[] = await mock.seed([{ id: 'b' }, {}])
console.log(one.id, many.length)
// @ts-expect-error there is no such field
await mock.seed({ id: 'a', stauts: 'completed' })
// @ts-expect-error nor in a list
await mock.seed([{ id: 'a', stauts: 'completed' }])
// @ts-expect-error nor in a result
await mock.seed({ id: 'a', status: 'completed', result: { face_match: 0.5 } })
// @ts-expect-error there is no such status
await mock.seed({ id: 'a', status: 'done' })

const simulated: Session = await mock.simulate('a', 'decline', { result: { rejection_reason: 'Blurred.' } })
const processing: Session = await mock.setStatus('a', 'processing')
console.log(simulated.status, processing.status)
// @ts-expect-error there is no such action
await mock.simulate('a', 'reject')

const rule: FaultRule = { match: { operation: 'updateSession' }, then: { drop: 'after' }, times: null }
await mock.faults.add(rule)
await mock.faults.add({ then: { status: 503, headers: { 'retry-after': '1' } } })
await mock.faults.add({ then: { delay_ms: 10 } })
// @ts-expect-error an effect is an error, a delay or a cut connection
await mock.faults.add({ then: { status: 500, drop: 'after' } })
// @ts-expect-error only an error has a detail
await mock.faults.add({ then: { delay_ms: 10, detail: 'Slow.' } })
// @ts-expect-error an effect is needed
await mock.faults.add({ then: {} })

const expectation: Expectation = { match: { body: { metadata: {} } }, at_least: 1, at_most: 2 }
const matched: number = await mock.verify(expectation)
await mock.verify({ count: 1 })
await mock.verify({})
// @ts-expect-error an exact number excludes a range
await mock.verify({ count: 1, at_least: 1 })
console.log(matched)

const entries: JournalEntry[] = await mock.requests({ status: 200, limit: 1 })
const before: Session | null | undefined = entries[0]?.changes[0]?.before
console.log(before?.status)
const state: State = await mock.state()
await connectVerifaMock(mock.url, { token: 'secret' }).restore(state)
try {
  await mock.verify({ count: 1 })
} catch (error) {
  if (error instanceof UnmetExpectation) console.log(error.expected, error.actual, error.closest[0]?.mismatch)
}
