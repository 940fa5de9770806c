import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { startVerifaMock, type State } from '../src/index.js'
import type { Made } from './model/call.js'
import type { CaptureRequest } from './model/capture.js'
import { tokenOf } from './model/documents.js'
import { type Request, type Response, routes, urlOf } from './model/request.js'
import { lineOf } from './model/journal-line.js'
import { ReferenceModel } from './model/reference-model.js'
import { fixtures, retryOf } from './model/some-request.js'
import { type Step, step } from './model/some-step.js'

/**
 * Random sequences of everything that can be done to a mock. Each step is done to the reference model too: both must respond alike, to
 * the byte, and have the same state in the end. VERIFA_MOCK_MODEL_RUNS=20000 makes more of them. A failure prints `seed` and `path`;
 * VERIFA_MOCK_MODEL_REPLAY='{"seed":1,"path":"2:3"}' repeats that one.
 */
const runs = Number(process.env['VERIFA_MOCK_MODEL_RUNS'] ?? 30)
const replay = JSON.parse(process.env['VERIFA_MOCK_MODEL_REPLAY'] ?? '{}') as fc.Parameters<[Step[]]>
const SHRINKING = 20_000 // milliseconds in which a failure is made smaller: it must be reported before tap ends the test
t.setTimeout(120_000 + runs * 50)

const START = Date.parse('2026-03-01T12:00:00.000Z')

t.test('whatever is done, in whatever order, the mock does what the reference model does', async t => {
  let machine = START
  let sent: Request[] = []
  let saved: { state: State, model: ReturnType<ReferenceModel['save']> } | undefined
  const seen = new Map<string, number>()
  let stepsDone = 0
  // so that a clock that runs is as predictable as one that is frozen; not by t.intercept, which records every call
  const { now } = Date
  Date.now = () => machine
  t.teardown(() => {
    Date.now = now
  })
  const model = new ReferenceModel(fixtures)
  const mock = await startVerifaMock({ fixtures })
  t.teardown(async () => mock.close())

  async function send (request: Request): Promise<Response> {
    const { operation, headers, payload } = request
    try {
      const response = await mock.app.inject({
        method: routes[operation][0],
        url: urlOf(request),
        headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)),
        ...(payload !== undefined && { payload })
      })
      // no reader of QR codes is needed to see that there is one
      const body = response.body.replace(/data:image\/png;base64,[\w+/]+=*/, 'a QR code')
      return { status: response.statusCode, body, replayed: response.headers['idempotent-replayed'] === 'true' }
    } catch (error) {
      if ((error as Error).message === 'response destroyed before completion') return 'cut'
      throw error
    }
  }

  /** What the last requests have made. */
  async function madeByLast (count: number): Promise<Made[]> {
    const { journal, store } = mock.app.workspaces.shared.world
    const links = (await store.list('links')).flatMap(({ id, links }) => links.map(link => ({ session_id: id, ...link })))
    return (await journal.list()).slice(-count).map(({ events }) => ({ session: events[0]?.after, links }))
  }

  async function request (request: Request): Promise<[Response, Response]> {
    sent.unshift(request)
    const response = await send(request)
    const kind = response === 'cut' ? 'cut' : `${response.status}${response.replayed ? ' replayed' : ''}`
    seen.set(`${request.operation} ${kind}`, (seen.get(`${request.operation} ${kind}`) ?? 0) + 1)
    return [response, model.request(request, (await madeByLast(1))[0] as Made)]
  }

  /** A request to sessions that are there: `<1>` is the one that was created last. */
  function resolve (request: Request): Request {
    const created = model.sessions.filter(({ id }) => /^ses_[0-9a-f]{20}$/.test(id)).reverse()
    const fill = (text: string) => text.replace(/<(\d)>/g, (name, number) => created[Number(number) - 1]?.id ?? name)
    return { ...request, session: fill(request.session), payload: request.payload === undefined ? undefined : fill(request.payload) }
  }

  /** What is sent to the capture page: `own 1` is the token of its own that a session got last, `link 1` that of the last link. */
  async function capture (request: CaptureRequest): Promise<[unknown, unknown]> {
    const [kind, count] = request.token.split(' ')
    const tokens = kind === 'own' ? model.tokens.map(({ token }) => token) : model.links.map(link => tokenOf(link.capture_url))
    const token = /^(own|link)$/.test(String(kind)) ? tokens.at(-Number(count)) ?? 'none' : request.token
    const { method, casing, payload } = request
    const { statusCode: status, body } = await mock.app.inject({
      method,
      url: `/verify/${encodeURIComponent(token)}${method === 'POST' ? '/sandbox-outcome' : ''}`,
      headers: casing === undefined ? {} : { 'key-inflection': casing },
      ...(method === 'POST' && { payload, headers: { 'content-type': 'application/json', ...casing !== undefined && { 'key-inflection': casing } } })
    })
    seen.set(`capture ${method} ${status}`, (seen.get(`capture ${method} ${status}`) ?? 0) + 1)
    return [{ status, body: method === 'POST' ? body : '' }, model.capture({ ...request, token }, (await madeByLast(1))[0] as Made)]
  }

  /** A call of the control plane for which the client has no method. */
  async function call (method: 'POST' | 'DELETE', path: string, payload?: object, headers = {}) {
    const { statusCode, body } = await mock.app.inject({ method, url: `/_mock${path}`, headers, ...(payload !== undefined && { payload }) })
    return { status: statusCode, body }
  }

  /** Does one step to both. Returns what the mock returns, and what the model does. */
  async function perform (step: Step): Promise<unknown[]> {
    switch (step.do) {
      case 'request': return request(resolve(step.request))
      case 'capture': return capture(step.request)
      case 'retry': return request(resolve(retryOf(sent[step.back] ?? step.other, step.change, step.other)))
      case 'request twice together': {
        const request = resolve(step.request)
        // one that a fault strikes may be overtaken: it is executed when the fault is counted
        const isStruck = model.faults.list.length > 0
        const responses = isStruck ? [await send(request), await send(request)] : await Promise.all([send(request), send(request)])
        // a request that is cut off may come into the journal first, and has made nothing
        const made = (await madeByLast(2)).filter(({ session }) => session !== undefined)
        const ofModel = responses.map(() => {
          const response = model.request(request, made[0] ?? { session: undefined, links: [] })
          if (model.journal.at(-1)?.changes.length) made.shift()
          return response
        })
        return [responses, ofModel]
      }
      case 'advance': return [(await mock.clock.advance(step.span[0])).getTime(), model.now += step.span[1]]
      case 'set clock': {
        const { set: now = new Date(model.now).toISOString(), freeze: frozen = model.frozen } = step.clock
        Object.assign(model, { now: Date.parse(now), frozen })
        return [(await call('POST', '/clock', step.clock)).body, JSON.stringify({ now, frozen })]
      }
      case 'wait': {
        machine += step.milliseconds
        if (!model.frozen) model.now += step.milliseconds
        // as a timer would
        await mock.app.workspaces.shared.world.timeline.settled()
        return []
      }
      case 'add fault': {
        const fault = await mock.faults.add(step.rule)
        return [fault, model.faults.add(fault.id, step.rule)]
      }
      case 'clear faults': {
        const id = model.faults.list[step.index]?.id
        await mock.faults.clear(id)
        model.faults.list = model.faults.list.filter(fault => id !== undefined && fault.id !== id)
        return []
      }
      case 'seed': {
        const { seeds, apiKey } = step
        return [await call('POST', '/sessions', seeds, { 'x-api-key': apiKey }), model.seed(seeds, apiKey === 'vk_sandbox_a')]
      }
      case 'remove': return [(await call('DELETE', `/sessions/${encodeURIComponent(step.id)}`)).status, model.remove(step.id)]
      case 'save': {
        saved = { state: await mock.state(), model: model.save() }
        const savedModel = JSON.stringify(model.listFixtures())
        return [JSON.stringify(saved.state.sessions), savedModel]
      }
      case 'restore': {
        if (saved === undefined) return []
        // what a state leaves out is as at the start
        await mock.restore(step.sessionsOnly ? { sessions: saved.state.sessions } : saved.state)
        model.restore(step.sessionsOnly ? { ...saved.model, keys: [], now: machine, frozen: false } : saved.model)
        return []
      }
      case 'reset clock': {
        Object.assign(model, { now: machine, frozen: false })
        return [(await mock.clock.reset()).getTime(), machine]
      }
      case 'reset': {
        await mock.reset()
        model.reset(machine)
        return []
      }
    }
  }

  async function compareAll (): Promise<void> {
    const { journal } = model
    assert.equal(JSON.stringify(await mock.sessions()), JSON.stringify(model.listSessions()))
    assert.equal(JSON.stringify((await mock.state()).sessions), JSON.stringify(model.listFixtures()))
    assert.deepEqual(await mock.idempotencyKeys(), model.listKeys())
    assert.deepEqual(await mock.faults.list(), model.faults.list)
    assert.equal(await mock.verify({ count: journal.length }), journal.length)
    const entries = await mock.requests()
    assert.deepEqual(entries.map(({ id }) => id), journal.map((_, index) => index + 1))
    // of two requests together, either may come first
    assert.deepEqual(entries.map(entry => lineOf({ ...entry, sent: entry.request.body })).sort(), journal.map(lineOf).sort())
  }

  let failedAt: number | undefined
  const steps = fc.array(step, { maxLength: 110, size: 'max' }) // 50 on average
  await fc.assert(fc.asyncProperty(steps, async steps => {
    fc.pre(failedAt === undefined || performance.now() - failedAt < SHRINKING)
    machine = START
    sent = []
    saved = undefined
    model.reset(machine)
    await mock.reset()
    try {
      for (const step of steps) {
        const [ofMock, ofModel] = await perform(step)
        model.expire()
        assert.deepEqual(ofMock, ofModel, `after "${step.do}"`)
      }
      await compareAll()
      stepsDone += steps.length
    } catch (error) {
      failedAt ??= performance.now()
      throw error
    }
  }), { numRuns: runs, ...replay })

  t.comment(`${runs} runs of ${Math.round(stepsDone / runs)} steps on average`)
  t.comment([...seen].sort().map(([kind, count]) => `${kind}: ${count}`).join(', '))
  // sequences in which nothing happens prove nothing
  const ofCapture = ['GET 200', 'GET 303', 'GET 404', 'GET 410', 'HEAD 200', 'HEAD 410', 'POST 200', 'POST 404', 'POST 410', 'POST 422']
  for (const kind of ofCapture.map(kind => `capture ${kind}`)) {
    if (runs >= 2000 && replay.seed === undefined) t.ok((seen.get(kind) ?? 0) > 0, `there were responses of kind ${kind}`)
  }
  // faults are rare, so not every operation meets every one
  const ofFaults = ['cut', '418', '429', '500', '503']
  for (const kind of ofFaults) {
    if (runs >= 2000 && replay.seed === undefined) t.ok([...seen.keys()].some(name => name.endsWith(` ${kind}`)), `there were responses of kind ${kind}`)
  }
  for (const [operation, [method, path]] of Object.entries(routes)) {
    const isWriting = method !== 'GET'
    const success = /^(createSession|generateOneTimeLink)$/.test(operation) ? '201' : '200'
    const kinds = [success, '400', '401', '422', ...path.includes('*') ? ['404'] : [],
      ...operation === 'createSession' ? [] : ['403'], ...isWriting ? [`${success} replayed`, '415'] : []]
    for (const kind of kinds.map(kind => `${operation} ${kind}`)) {
      if (runs >= 2000 && replay.seed === undefined) t.ok((seen.get(kind) ?? 0) > 0, `there were responses of kind ${kind}`)
    }
  }
})
