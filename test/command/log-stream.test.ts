import { Writable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { jsonLine, readableLine } from '../../src/command/log-lines.js'
import { logStream } from '../../src/command/log-stream.js'
import { readyLine } from '../../src/command/ready-line.js'

const request = { level: 30, time: 0, msg: 'request', method: 'PATCH', url: '/sessions/a', status: 200, ms: 1.5, apiKey: 'vk_sandbox_…abcd' }
const lineOf = (fields: object) => `${JSON.stringify(fields)}\n`

/** A reader that takes what is written when the test says so. */
function stalledOutput (properties: { isTTY?: boolean, hasColors?: () => boolean } = {}) {
  const chunks: string[] = []
  let take: (() => void) | undefined
  const output = new Writable({
    decodeStrings: false,
    highWaterMark: 1,
    write (chunk: string, _encoding, done) {
      chunks.push(chunk)
      take = done
    }
  })
  return {
    output: Object.assign(output, properties),
    chunks,
    /** Takes everything that waits and everything that is written after it. */
    drain: async () => {
      while (take !== undefined) {
        const taken = take
        take = undefined
        taken()
        await setImmediate()
      }
    }
  }
}

t.test('the lines of one turn are written together, and flush writes the rest', async t => {
  const { output, chunks, drain } = stalledOutput()
  const log = logStream(output)
  log.write(lineOf({ msg: 'one' }))
  log.write(lineOf({ msg: 'two' }))
  t.same(chunks, [])
  await setImmediate()
  t.same(chunks, ['{"msg":"one"}\n{"msg":"two"}\n'])
  log.write(lineOf({ msg: 'three' }))
  const flushed = log.flush()
  await drain()
  await flushed
  t.equal(chunks.join(''), '{"msg":"one"}\n{"msg":"two"}\n{"msg":"three"}\n')
})

t.test('a reader that falls more than 1 MiB behind loses lines, and reads how many', async t => {
  const { output, chunks, drain } = stalledOutput()
  const log = logStream(output)
  const line = lineOf({ msg: 'x'.repeat(1_000) })
  const write = (count: number) => {
    for (let written = 0; written < count; written++) log.write(line)
  }
  write(2_000)
  await setImmediate()
  write(500)
  await setImmediate()
  const read = () => chunks.join('').split('\n').slice(0, -1).map(line => (JSON.parse(line) as { msg: string }).msg)
  const kept = read().length
  t.ok(kept * line.length >= 1024 * 1024 && (kept - 1) * line.length <= 1024 * 1024)
  await drain()
  t.equal(read()[kept], `${2_500 - kept} log lines were dropped: standard output is not read fast enough.`)
  write(1)
  await drain()
  await setImmediate()
  t.equal(read().length, kept + 2, 'after that, lines are written again')

  write(2_000)
  const flushed = log.flush()
  await drain()
  await flushed
  await drain()
  t.match(read().at(-1), /^\d+ log lines were dropped/, 'flush reports it too')
})

t.test('a line that is too long is cut and stays JSON', async t => {
  const long = '€'.repeat(20_000)
  const cut = JSON.parse(jsonLine(lineOf({ ...request, url: long, detail: long }))) as Record<string, unknown>
  t.same(cut, { ...request, url: `${'€'.repeat(1023)}…`, detail: `${'€'.repeat(1023)}…` })
  const many = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`field${index}`, long]))
  const { err } = JSON.parse(jsonLine(lineOf({ err: many }))) as { err: typeof many }
  t.equal(err['field19']?.length, 64, 'and more so when it has many fields')
  t.equal(jsonLine(lineOf({ url: 'x'.repeat(8_000) })), lineOf({ url: 'x'.repeat(8_000) }), 'a line of 8,000 characters is not cut')
})

t.test('control characters do not reach a terminal, directly or through a file', async t => {
  const wild = 'a\x1b[2J\x07\x7f\x9b31m\u202eb\u2028\n\r'
  const tame = 'a\\u001b[2J\\u0007\\u007f\\u009b31m\\u202eb\\u2028\\u000a\\u000d'
  const json = jsonLine(lineOf({ ...request, url: wild }))
  t.notMatch(json.trimEnd(), /[\p{Cc}\p{Bidi_Control}]/u)
  t.equal((JSON.parse(json) as typeof request).url, wild, 'the text is the same')
  t.equal(readableLine(json, false).slice(9), `PATCH ${tame} 200 1.5 ms vk_sandbox_…abcd\n`)
  t.equal(readableLine(lineOf({ level: 50, time: 0, msg: 'a\x1b\nb' }), false).slice(9), 'ERROR a\\u001b\nb\n', 'messages keep their lines')
})

t.test('at a terminal, a line is readable', async t => {
  const cases: [name: string, fields: object, text: string][] = [
    ['a request', request, 'PATCH /sessions/a 200 1.5 ms vk_sandbox_…abcd'],
    ['a replay', { ...request, replayed: true }, 'PATCH /sessions/a 200 1.5 ms vk_sandbox_…abcd replayed'],
    ['a fault', { ...request, status: null, fault: 'drop=before' }, 'PATCH /sessions/a – 1.5 ms vk_sandbox_…abcd drop=before'],
    ['a refusal', { ...request, status: 401, apiKey: undefined, detail: 'Missing API key.' }, 'PATCH /sessions/a 401 1.5 ms Missing API key.'],
    ['a refusal with a reason', { ...request, status: 404, detail: 'No.', reason: 'the key is live' },
      'PATCH /sessions/a 404 1.5 ms vk_sandbox_…abcd the key is live'],
    ['a message', { level: 40, time: 0, pid: 1, hostname: 'h', msg: 'beware' }, 'WARN beware'],
    ['an error', { level: 50, time: 0, url: '/x', err: { stack: 'Error: no\n    at x.js' }, msg: 'no' }, 'ERROR no url="/x"\nError: no\n    at x.js'],
    ['an unknown level', { level: 35, time: 0, err: {}, msg: 'hm' }, '35 hm']
  ]
  for (const [name, fields, text] of cases) {
    t.test(name, async t => {
      const line = readableLine(lineOf(fields), false)
      t.match(line, /^\d\d:\d\d:\d\d /)
      t.equal(line.slice(9), `${text}\n`)
    })
  }
})

t.test('at a terminal, the status has a colour', async t => {
  const colours: [status: number | null, colour: number][] = [[200, 32], [302, 36], [404, 33], [500, 31], [null, 31]]
  for (const [status, colour] of colours) t.ok(readableLine(lineOf({ ...request, status }), true).includes(`\x1b[${colour}m${status ?? '–'}\x1b[0m`))
})

t.test('a terminal gets a banner and readable lines, in colour if it has colours', async t => {
  for (const hasColours of [true, false]) {
    const { output, chunks } = stalledOutput({ isTTY: true, hasColors: () => hasColours })
    const log = logStream(output)
    log.write(readyLine({ url: 'http://x', version: '1.2.3', count: 0, sessions: [], apiKeys: [], inspector: true }))
    log.write(lineOf(request))
    await setImmediate()
    const [ready, inspector, docs] = chunks.join('').split('\n')
    t.equal(ready, 'verifa-mock 1.2.3 is ready at http://x')
    t.match(inspector, 'http://x/_mock/')
    t.match(docs, 'http://x/docs')
    t.equal(chunks.join('').includes('\x1b[32m200'), hasColours)
  }
})
