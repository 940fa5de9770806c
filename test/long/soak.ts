import { once } from 'node:events'
import t from 'tap'
import { type Run, serve } from '../command/process.js'
import { Connection } from '../connection.js'
import { keepUpdating } from './load.js'

/**
 * A mock in a process of its own, under load for some minutes. Its memory is measured ten times, and the numbers are printed.
 * PROOF_SOAK=10 is ten minutes. Its bounds are low, so that it is full at the first measurement.
 */
const minutes = Number(process.env['PROOF_SOAK'] ?? 0.05)
const MEASUREMENTS = 10
const GROWTH = 16e6 // bytes by which the heap may grow from the first half of the measurements to the second
t.setTimeout(120_000 + minutes * 70_000)

/** On SIGWINCH the mock collects garbage and prints the memory that it uses. */
const preload = `data:text/javascript,process.on("SIGWINCH", () => {
  gc(); gc(); console.error(JSON.stringify({ memory: process.memoryUsage() }))
})`.replaceAll('\n', ' ')

async function memoryOf ({ child, ended, err }: Run): Promise<NodeJS.MemoryUsage> {
  const before = err().length
  child.kill('SIGWINCH')
  for (;;) {
    const line = err().slice(before).split('\n').find(line => line.startsWith('{"memory"') && line.endsWith('}}'))
    if (line !== undefined) return (JSON.parse(line) as { memory: NodeJS.MemoryUsage }).memory
    await Promise.race([once(child.stderr as NodeJS.ReadableStream, 'data'), ended.then(() => {
      throw new Error(`it ended: ${err()}`)
    })])
  }
}

t.test(`memory does not grow over ${minutes} minutes of updates`, async t => {
  const mock = await serve(t, ['--log-level', 'fatal', '--max-idempotency-keys', '2000'], ['--expose-gc', `--import=${preload}`])
  const ends = performance.now() + minutes * 60_000
  let number = 0
  let stopped = false
  const next = () => stopped ? undefined : ++number
  const ids = ['ses_pending', 'ses_capturing', 'ses_bare', 'ses_completed']
  const load = ids.map(async id => keepUpdating(await Connection.open(Number(mock.port)), id, next, 25))

  const measured: NodeJS.MemoryUsage[] = []
  const began = performance.now()
  while (measured.length < MEASUREMENTS) {
    const due = began + (ends - began) * (measured.length + 1) / MEASUREMENTS
    await new Promise(resolve => setTimeout(resolve, Math.max(0, due - performance.now())))
    const memory = await memoryOf(mock)
    measured.push(memory)
    t.comment(`${number} updates: heap ${megabytes(memory.heapUsed)}, RSS ${megabytes(memory.rss)}, outside the heap ${megabytes(memory.external)}`)
  }
  stopped = true
  const sent = await Promise.all(load)
  t.same(sent.flatMap(({ cut }) => cut), [], 'every update got a response')
  const most = (from: number, to: number) => Math.max(...measured.slice(from, to).map(({ heapUsed }) => heapUsed))
  t.ok(most(MEASUREMENTS / 2, MEASUREMENTS) < most(0, MEASUREMENTS / 2) + GROWTH, 'no growth of memory')
  mock.child.kill('SIGTERM')
  t.same(await mock.ended, { code: 0, signal: null })
})

function megabytes (bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
