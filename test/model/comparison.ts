import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import type { EmbeddedVerifaMock, State } from '../../src/index.js'
import type { Made } from './call.js'
import type { CaptureRequest } from './capture.js'
import { tokenOf } from './documents.js'
import { lineOf } from './journal-line.js'
import { call, madeByLast, send, sendToPage } from './mocks.js'
import { ReferenceModel } from './reference-model.js'
import type { Request, Response } from './request.js'
import { fixtures, retryOf } from './some-request.js'
import type { Step } from './some-step.js'
import { outcomesOf } from './together.js'

/** The time of the machine, which the test sets. */
export interface MachineTime { now: number }

/** What is done, and what comes back: from the mock, and from the model. */
type Pair = [ofMock: unknown, ofModel: unknown]

/** Does the same to a reference model and to mocks, which share one state. */
export class Comparison {
  readonly #mocks: readonly EmbeddedVerifaMock[]
  readonly #machine: MachineTime
  /** The mock to which the present step goes. */
  #mock: EmbeddedVerifaMock
  #model = new ReferenceModel(fixtures)
  /** The requests so far, the last one first. */
  #sent: Request[] = []
  #saved: { state: State, model: ReturnType<ReferenceModel['save']> } | undefined
  /** How often each kind of response has come, such as `getSession 404`. */
  readonly seen = new Map<string, number>()

  constructor (mocks: readonly EmbeddedVerifaMock[], machine: MachineTime) {
    this.#mocks = mocks
    this.#machine = machine
    this.#mock = mocks[0] as EmbeddedVerifaMock
  }

  /** Returns to the beginning. */
  async reset (): Promise<void> {
    this.#mock = this.#mocks[0] as EmbeddedVerifaMock
    this.#sent = []
    this.#saved = undefined
    await this.#reset()
  }

  /** Does one step. */
  async perform (step: Step, mock: EmbeddedVerifaMock): Promise<void> {
    this.#mock = mock
    const [ofMock, ofModel] = await this.#perform(step)
    this.#model.expire()
    assert.deepEqual(ofMock, ofModel, `after "${step.do}"`)
  }

  /** Compares the whole state, as each mock has it. */
  async compareAll (): Promise<void> {
    const model = this.#model
    const { length } = model.journal
    for (const mock of this.#mocks) {
      assert.equal(JSON.stringify(await mock.sessions()), JSON.stringify(model.listSessions()))
      assert.equal(JSON.stringify((await mock.state()).sessions), JSON.stringify(model.listFixtures()))
      assert.deepEqual(await mock.idempotencyKeys(), model.listKeys())
      assert.deepEqual(await mock.faults.list(), model.faults.list)
      assert.equal(await mock.verify({ count: length }), length)
      assert.deepEqual((await mock.requests()).map(({ id }) => id), model.journal.map((_, index) => index + 1))
      // of two requests together, either may come first
      assert.deepEqual((await linesIn(mock)).sort(), model.journal.map(lineOf).sort())
    }
  }

  async #perform (step: Step): Promise<Pair | []> {
    const [mock, model, machine] = [this.#mock, this.#model, this.#machine]
    switch (step.do) {
      case 'request': return this.#request(this.#resolve(step.request))
      case 'retry': return this.#request(this.#resolve(retryOf(this.#sent[step.back] ?? step.other, step.change, step.other)))
      case 'request twice together': return this.#requestTwice(this.#resolve(step.request))
      case 'capture': return this.#capture(step.request)
      case 'advance': return [(await mock.clock.advance(step.span[0])).getTime(), model.now += step.span[1]]
      case 'set clock': {
        const { set: now = new Date(model.now).toISOString(), freeze: frozen = model.frozen } = step.clock
        Object.assign(model, { now: Date.parse(now), frozen })
        return [(await call(mock, 'POST', '/clock', step.clock)).body, JSON.stringify({ now, frozen })]
      }
      case 'wait': {
        machine.now += step.milliseconds
        if (!model.frozen) model.now += step.milliseconds
        // as a timer would
        await (await mock.app.workspaces.shared.enter()).timeline.settled()
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
        return [await call(mock, 'POST', '/sessions', seeds, { 'x-api-key': apiKey }), model.seed(seeds, apiKey === 'vk_sandbox_a')]
      }
      case 'remove': return [(await call(mock, 'DELETE', `/sessions/${encodeURIComponent(step.id)}`)).status, model.remove(step.id)]
      case 'save': {
        this.#saved = { state: await mock.state(), model: model.save() }
        return [JSON.stringify(this.#saved.state.sessions), JSON.stringify(model.listFixtures())]
      }
      case 'restore': {
        if (this.#saved === undefined) return []
        const { state, model: saved } = this.#saved
        // what a state leaves out is as at the start
        await mock.restore(step.sessionsOnly ? { sessions: state.sessions } : state)
        model.restore(step.sessionsOnly ? { ...saved, keys: [], now: machine.now, frozen: false } : saved)
        return []
      }
      case 'reset clock': {
        Object.assign(model, { now: machine.now, frozen: false })
        return [(await mock.clock.reset()).getTime(), machine.now]
      }
      case 'reset': {
        await this.#reset()
        return []
      }
    }
  }

  async #reset (): Promise<void> {
    await this.#mock.reset()
    this.#model.reset(this.#machine.now)
  }

  async #request (request: Request): Promise<Pair> {
    this.#sent.unshift(request)
    const response = await send(this.#mock, request)
    const kind = response === 'cut' ? 'cut' : `${response.status}${response.replayed ? ' replayed' : ''}`
    this.#count(`${request.operation} ${kind}`)
    return [response, this.#model.request(request, await this.#madeByLast())]
  }

  /** Sends a request twice at the same time, to different mocks if there are several. */
  async #requestTwice (request: Request): Promise<Pair> {
    const mock = this.#mock
    const other = this.#mocks.find(one => one !== mock) ?? mock
    const responses = await Promise.all([send(mock, request), send(other, request)])
    const ofMock = [sorted(responses), (await linesIn(mock)).slice(-2).sort(), JSON.stringify((await mock.state()).sessions)]
    // one that is cut off, or replayed, has made nothing
    const made = (await madeByLast(mock, 2)).filter(({ session }) => session !== undefined)
    let ofModel: unknown[] = []
    for (const { model, responses } of outcomesOf(this.#model, request, made)) {
      ofModel = [sorted(responses), model.journal.slice(-2).map(lineOf).sort(), JSON.stringify(model.listFixtures())]
      if (!isDeepStrictEqual(ofMock, ofModel)) continue
      this.#model = model
      break
    }
    return [ofMock, ofModel]
  }

  /** What is sent to the capture page: `own 1` is the token of its own that a session got last, `link 1` that of the last link. */
  async #capture (request: CaptureRequest): Promise<Pair> {
    const [kind, count] = request.token.split(' ')
    const { tokens, links } = this.#model
    const list = kind === 'own' ? tokens.map(({ token }) => token) : links.map(link => tokenOf(link.capture_url))
    const token = /^(own|link)$/.test(String(kind)) ? list.at(-Number(count)) ?? 'none' : request.token
    const response = await sendToPage(this.#mock, { ...request, token })
    this.#count(`capture ${request.method} ${response.status}`)
    return [response, this.#model.capture({ ...request, token }, await this.#madeByLast())]
  }

  /** A request to sessions that are there: `<1>` is the one that was created last. */
  #resolve (request: Request): Request {
    const created = this.#model.sessions.filter(({ id }) => /^ses_[0-9a-f]{20}$/.test(id)).reverse()
    const fill = (text: string) => text.replace(/<(\d)>/g, (name, number) => created[Number(number) - 1]?.id ?? name)
    return { ...request, session: fill(request.session), payload: request.payload === undefined ? undefined : fill(request.payload) }
  }

  async #madeByLast (): Promise<Made> {
    return (await madeByLast(this.#mock, 1))[0] as Made
  }

  #count (kind: string): void {
    this.seen.set(kind, (this.seen.get(kind) ?? 0) + 1)
  }
}

function sorted (responses: Response[]): string[] {
  return responses.map(response => JSON.stringify(response)).sort()
}

/** The journal of a mock, without what a model cannot know. */
async function linesIn (mock: EmbeddedVerifaMock): Promise<string[]> {
  return (await mock.requests()).map(entry => lineOf({ ...entry, sent: entry.request.body }))
}
