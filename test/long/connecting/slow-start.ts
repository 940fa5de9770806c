import t from 'tap'
import { startVerifaMock } from '../../../src/index.js'
import { serve } from '../../command/process.js'
import { startCuttingProxy } from '../cutting-proxy.js'
import { startEngine } from '../engine.js'

/** Lets the time pass in which Fastify expects a plugin to be ready. */
const impatient = `data:text/javascript,${encodeURIComponent('const { setTimeout } = globalThis; ' +
  'globalThis.setTimeout = (callback, delay, ...args) => setTimeout(callback, delay === 10_000 ? 1 : delay, ...args)')}`

t.test('a start may take longer than Fastify waits for a plugin', async t => {
  const { url } = await startEngine(t)
  const mock = await serve(t, ['--store', url], [`--import=${impatient}`])
  t.equal(mock.err(), '')
})

t.test('a connection that breaks anywhere in a start stops it with a sentence, or is made again', async t => {
  const engine = await startEngine(t)
  const proxy = await startCuttingProxy(t, engine)
  const start = async () => {
    const mock = await startVerifaMock({ store: proxy.url })
    await mock.close()
  }
  await start()
  const outcomes = new Set<string>()
  for (let place = 0, last = proxy.replies; place <= last; place++) {
    await engine.command('FLUSHALL')
    proxy.cutAfterReplies(place)
    const error = await start().then(() => undefined, (error: unknown) => error as Error)
    outcomes.add(error?.name ?? 'started')
    if (error !== undefined) t.match(error.message, /^The store \S+ cannot be used: [^\n]*[^\n.]\.$/, `after ${place} replies`)
    proxy.disarm()
  }
  await start()
  t.same([...outcomes].sort(), ['StoreError', 'started'])
})
