import fc from 'fast-check'
import t, { type Test } from 'tap'
import { readDocument } from './fuzz/document.js'
import { ResponseLaws, laws } from './fuzz/laws.js'
import { anyRequest, fixtures, type Request } from './fuzz/requests.js'
import { isForTheWire, Wire } from './fuzz/wire.js'
import { World } from './fuzz/world.js'
import { heapInUse } from './heap.js'
import { startApp } from './helper.js'

/**
 * Requests made from the mock's own OpenAPI document, sound ones and broken ones, judged by the laws of `fuzz/laws.ts`.
 * PROOF_FUZZ_REQUESTS=1000000 sends more of them. A failure prints `seed` and `path`; PROOF_FUZZ_REPLAY='{"seed":1,"path":"2:3"}' repeats
 * that one.
 */
const requests = Number(process.env['PROOF_FUZZ_REQUESTS'] ?? 600)
const replay = JSON.parse(process.env['PROOF_FUZZ_REPLAY'] ?? '{}') as fc.Parameters<[Request[]]>
const SHRINKING = 20_000 // milliseconds in which a failure is made smaller: it must be reported before tap ends the test
const BATCH = 20 // requests in a run, or more, on average; each run begins with the same sessions
const GROWTH = 12 * 1024 * 1024 // bytes by which the heap may grow in the second half
t.setTimeout(120_000 + requests * 5)

/**
 * The statuses that operations have, where that is not 200. There are no webhook endpoints, whose deliveries would change the state at any
 * time: no URL that is made here leads to this machine.
 */
const usualStatuses: Readonly<Record<string, number>> = {
  createSession: 201,
  generateOneTimeLink: 201,
  createWebhookEndpoint: 422,
  ...Object.fromEntries(['get', 'update', 'delete', 'clone', 'test'].map(verb => [`${verb}WebhookEndpoint`, 404])),
  rotateWebhookSecret: 404,
  listWebhookDeliveries: 404,
  retryWebhookDelivery: 404
}

/** A mock that soon has as many journal entries and keys as it keeps, and requests made from its document. */
async function prepare (t: Test) {
  const bounds = { maxIdempotencyKeys: 100, maxJournalEntries: 100, maxJournalBytes: 1024 * 1024 }
  const app = startApp(t, { ...bounds, fixtures })
  const document = await readDocument(app)
  const responseLaws = new ResponseLaws(document)
  return { app, world: new World(app, responseLaws), responseLaws, request: anyRequest(document), operations: document.operations }
}

/** Judges batches until so many requests have been sent, and measures the heap at the half and at the end. */
async function fuzz (
  t: Test, request: fc.Arbitrary<Request>, judge: (batch: Request[], failed: boolean) => Promise<void>, sent: () => number, goal: number
): Promise<void> {
  const numRuns = Math.ceil(goal / BATCH)
  let failedAt: number | undefined
  let runs = 0
  let atHalf = 0
  const batch = fc.array(request, { minLength: 1, maxLength: 50, size: 'max' })
  await fc.assert(fc.asyncProperty(batch, async batch => {
    fc.pre(failedAt === undefined || performance.now() - failedAt < SHRINKING)
    try {
      await judge(batch, failedAt !== undefined)
    } catch (error) {
      failedAt ??= performance.now()
      throw error
    }
    if (++runs === Math.ceil(numRuns / 2)) atHalf = await heapInUse()
  }), { numRuns, ...replay })
  if (replay.seed !== undefined) return
  const growth = await heapInUse() - atHalf
  t.comment(`${sent()} requests; heap ${Math.round(atHalf / 1e6)} MB at the half, ${Math.round(growth / 1000)} kB more at the end`)
  // few batches may all be short
  if (goal >= 5_000) t.ok(sent() > goal * 0.9, `${goal} requests were sent, about or more`)
  t.ok(growth < GROWTH, 'no growth of memory')
}

t.test('whatever is requested, no law is broken', async t => {
  const { world, request, operations } = await prepare(t)
  // `inject` makes a URL of every path, which not every path is
  const injectable = request.filter(({ path }) => URL.canParse(path, 'http://localhost'))
  await fuzz(t, injectable, async (batch, failed) => {
    await world.reset(failed)
    for (const request of batch) await world.judge(request)
  }, () => world.sent, requests * 0.85)
  for (const law of Object.values(laws)) t.pass(law)

  // requests that are all refused prove nothing
  const seen = (kind: string) => Array.from(world.seen).filter(([name]) => name.startsWith(kind)).reduce((sum, [, count]) => sum + count, 0)
  const kinds = [200, 400, 401, 403, 404, 415, 418, 422, 429, 503, 'cut'].map(status => `updateSession ${status}`)
  const ofCapture = [200, 404, 410, 415, 422].map(status => `sandboxOutcome ${status}`)
  const accepted = ['seedSessions 201', 'restoreState 204', 'addFault 201', 'changeClock 200', 'listRequests 200', 'verifyRequests 409']
  const ofApi = operations.filter(({ path }) => path.startsWith('/api/')).map(({ id }) => id)
    .flatMap(id => [`${id} ${usualStatuses[id] ?? 200}`, `${id} 401`])
  for (const kind of [...kinds, ...ofCapture, ...accepted, ...ofApi]) {
    if (requests >= 50_000 && replay.seed === undefined) t.ok(seen(kind) > 0, `there were responses of kind ${kind}`)
  }
  t.comment([...world.seen].sort().map(([kind, count]) => `${kind}: ${count}`).join(', '))
})

t.test('nor at the socket, with many requests together on a connection that is kept', async t => {
  const { app, world, request, responseLaws } = await prepare(t)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const wire = new Wire(app, responseLaws)
  t.teardown(() => wire.hangUp())
  await fuzz(t, request.filter(isForTheWire), async (batch, failed) => {
    await world.reset(failed)
    await wire.judge(batch)
  }, () => wire.sent, requests * 0.15)
})
