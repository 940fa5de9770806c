import { once } from 'node:events'
import { createServer, IncomingMessage, ServerResponse } from 'node:http'
import { type AddressInfo, Socket } from 'node:net'
import t, { type Test } from 'tap'
import { eventOf, GREETING, idOf, PING } from '../../src/control/inspector/event.js'
import { LiveStreams } from '../../src/control/inspector/live.js'
import { revisionsOf } from '../../src/domain/revisions.js'
import { workspaceOf } from '../domain/workspace-of.js'
import { EventStream } from './event-stream.js'

// Streams over a socket. Time passes when the test says so: it looks at the workspace by `tick`.

const revisions = { world: 3, requests: 1234, documents: 88, settings: 5 }
const blockOf = (text: string) => text.replace(/\n\n$/, '')

/** A server of streams of one workspace, and the timers that run. */
async function start (t: Test, began: (response: ServerResponse) => void = () => undefined) {
  const timers = new Set<{ wait: number, unref: boolean }>()
  t.intercept(globalThis, 'setInterval', {
    value: (_run: () => void, wait: number) => {
      const timer = { wait, unref: false }
      timers.add(timer)
      return { unref: () => Object.assign(timer, { unref: true }) }
    }
  })
  t.intercept(globalThis, 'clearInterval', { value: (timer: { wait: number, unref: boolean }) => timers.delete(timer) })
  const workspace = workspaceOf([])
  const streams = new LiveStreams()
  const responses: ServerResponse[] = []
  const server = createServer((request, response) => {
    responses.push(response)
    void streams.open(response, workspace, request.headers['last-event-id'] as string | undefined).then(() => began(response))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const open = async (lastId?: string) => {
    const stream = await EventStream.open(`http://127.0.0.1:${port}`, lastId === undefined ? {} : { 'last-event-id': lastId })
    t.teardown(() => stream.hangUp())
    return stream
  }
  const change = async () => workspace.world.faults.clear()
  return { workspace, streams, responses, timers, open, change, event: async () => blockOf(eventOf(await revisionsOf(workspace.world))) }
}

const greeting = blockOf(GREETING)

t.test('an event is four numbers', async t => {
  t.equal(idOf(revisions), '3.1234.88.5')
  t.equal(eventOf(revisions), 'id: 3.1234.88.5\ndata: {"world":3,"requests":1234,"documents":88,"settings":5}\n\n')
  t.match(GREETING, /^: .+\nretry: 1000\n\n$/)
  t.equal(PING, ': ping\n\n')
})

t.test('a stream begins with the numbers of now, and has an event when a tick finds others', async t => {
  const { workspace, streams, open, change, event } = await start(t)
  const stream = await open()
  t.match(stream.response, {
    statusCode: 200, headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' }
  })
  t.same([await stream.next(), await stream.next()], [greeting, await event()])
  await streams.tick()
  await change()
  await change()
  await streams.tick()
  await streams.tick()
  t.equal(await stream.next(), await event(), 'one event, however many changes')
  await workspace.reset()
  await streams.tick()
  t.equal(await stream.next(), await event(), 'of the new world')
})

t.test('a client that comes back is sent an event only if there is something new', async t => {
  const { workspace, streams, open, change, event } = await start(t)
  const same = await open(idOf(await revisionsOf(workspace.world)))
  t.equal(await same.next(), greeting)
  const old = await Promise.all(['1.2.3.4', 'x', '', '1, 2', `${idOf(await revisionsOf(workspace.world))}.0`].map(open))
  for (const stream of old) t.same([await stream.next(), await stream.next()], [greeting, await event()])
  await change()
  await streams.tick()
  for (const stream of [same, ...old]) t.equal(await stream.next(), await event())
})

t.test('a silent stream gets a comment after 15 seconds', async t => {
  const { streams, open, change, event } = await start(t)
  const stream = await open()
  await stream.next()
  await stream.next()
  const ticks = async (count: number) => {
    for (let tick = 0; tick < count; tick++) await streams.tick()
  }
  await ticks(149)
  await change()
  await ticks(1 + 149)
  await change()
  await ticks(1 + 150 + 150)
  const [first, second] = [await stream.next(), await stream.next()]
  t.same([first, second], [first, await event()], 'an event is as good')
  t.same([await stream.next(), await stream.next()], [': ping', ': ping'])
})

t.test('one timer, which keeps no process alive, serves all streams, and none runs without them', async t => {
  const { streams, timers, open } = await start(t)
  t.equal(timers.size, 0)
  const [one, other] = [await open(), await open()]
  t.same([...timers], [{ wait: 100, unref: true }])
  one.hangUp()
  other.hangUp()
  while (timers.size > 0) await new Promise(resolve => setImmediate(resolve))
  t.pass('clients that have left are forgotten')
  await streams.tick()
  await open()
  t.equal(timers.size, 1)
})

t.test('a client that reads slowly gets the newest numbers, and no backlog', async t => {
  const much = 64 * 1024 * 1024
  const { responses, streams, open, change, event } = await start(t, response => response.write(`: ${'x'.repeat(much)}\n\n`))
  const stream = await open()
  await stream.next()
  await stream.next()
  for (let tick = 0; tick < 20; tick++) {
    change()
    await streams.tick()
  }
  const drained = once(responses[0] as ServerResponse, 'drain')
  t.equal((await stream.next())?.length, much + 2)
  await drained
  await streams.tick()
  t.equal(await stream.next(), await event())
  streams.close()
  t.equal(await stream.next(), undefined)
})

t.test('all streams can be ended, and that of a workspace ends when it is closed', async t => {
  const { workspace, streams, timers, open } = await start(t)
  const ended = async (stream: EventStream) => {
    const blocks = [await stream.next(), await stream.next(), await stream.next()]
    return blocks[2] === undefined && blocks[1] !== undefined
  }
  const opened = [await open(), await open()]
  streams.close()
  for (const stream of opened) t.ok(await ended(stream))
  t.equal(timers.size, 0)
  const another = await open()
  workspace.close()
  await streams.tick()
  t.ok(await ended(another))
  t.equal(timers.size, 0)
})

t.test('a client that is gone before its stream begins is not served', async t => {
  const { workspace, streams, timers } = await start(t)
  const response = new ServerResponse(new IncomingMessage(new Socket())).destroy()
  await streams.open(response, workspace, undefined)
  t.equal(timers.size, 0)
})

t.test('a stream that ends while a slow store is asked is sent nothing more', async t => {
  const { workspace, streams, open } = await start(t)
  const stream = await open()
  const first = [await stream.next(), await stream.next()]
  await workspace.world.faults.clear()
  const tick = streams.tick()
  streams.close()
  await tick
  t.same([first.length, await stream.next()], [2, undefined])
})

t.test('an error that is not that of a store that is away is not hidden', async t => {
  const { workspace, streams, open } = await start(t)
  const stream = await open()
  await stream.next()
  await stream.next()
  t.intercept(workspace, 'enter', {
    value: () => {
      throw new Error('a defect')
    }
  })
  await t.rejects(streams.tick(), { message: 'a defect' })
})
