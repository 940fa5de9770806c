import { setImmediate as turn } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { State } from '../../src/domain/state.js'
import { StateWriter } from '../../src/stores/state-writer.js'
import { NOW, session } from '../domain/examples.js'
import { workspaceOf } from '../domain/workspace-of.js'

/** A writer to a file that notes what is written, and takes as long, or fails, as a test says. */
function start (t: Test) {
  const workspace = workspaceOf([{ id: 'ses_a' }])
  const written: State[] = []
  const lines: string[] = []
  const time = { now: 0, ofWrite: 0 }
  let failure: Error | undefined
  let gate: Promise<void> | undefined
  let isReleased = false
  const file = {
    path: 'a.json',
    write: async (state: State) => {
      await gate
      time.now += time.ofWrite
      if (failure !== undefined) throw failure
      written.push(state)
    },
    touch: async () => turn(),
    release: () => {
      isReleased = true
    }
  }
  const log = { info: (line: string) => lines.push(line), error: (line: string) => lines.push(`error: ${line}`) }
  const writer = new StateWriter({ workspace, file, log: log as never, now: () => time.now })
  t.teardown(() => workspace.close())
  return {
    workspace, writer, written, lines, time,
    fail: (message?: string) => {
      failure = message === undefined ? undefined : new Error(message)
    },
    /** Holds writes until it is called again. */
    hold: () => {
      let release = (): void => undefined
      gate = new Promise(resolve => {
        release = resolve
      })
      return release
    },
    isReleased: () => isReleased,
    refs: () => written.map(({ sessions }) => sessions[0]?.external_ref),
    change: async (ref: string) => workspace.world.store.transact({}, () => ({ puts: { sessions: [session({ external_ref: ref })] } }))
  }
}

t.test('a change is written at the next look, and nothing when nothing has changed', async t => {
  const { writer, written, refs, change, workspace } = start(t)
  await writer.look()
  t.same(written, [], 'what was read needs not be written')
  await change('1')
  await writer.look()
  t.same(refs(), ['1'])
  t.match(written[0], { ...await workspace.save(), saved_at: String })
  await writer.look()
  await workspace.save()
  await writer.look()
  t.same(refs(), ['1'])
})

t.test('the clock, a reset and a restore are changes', async t => {
  const { writer, written, workspace } = start(t)
  workspace.world.clock.set(NOW + 1)
  await writer.look()
  t.equal(written.length, 1)
  workspace.reset()
  await writer.look()
  t.equal(written.length, 2)
  workspace.restore({ sessions: [] })
  await writer.look()
  t.same(written.at(-1)?.sessions, [])
})

t.test('one write is made at a time, and what changes during a write is written by another one', async t => {
  const { writer, refs, change, hold } = start(t)
  const release = hold()
  await change('1')
  const first = writer.look()
  await turn()
  await turn()
  await change('2')
  await writer.look()
  t.same(refs(), [])
  release()
  await first
  t.same(refs(), ['1'])
  await writer.look()
  t.same(refs(), ['1', '2'])
})

t.test('after a long write the next one waits, so that writing takes a tenth of the time', async t => {
  const { writer, refs, change, time } = start(t)
  time.ofWrite = 200
  await change('1')
  await writer.look()
  await change('2')
  time.now += 1_000
  await writer.look()
  t.same(refs(), ['1'])
  time.now += 800
  await writer.look()
  t.same(refs(), ['1', '2'])
})

t.test('a failure is logged once, and tried again at the next change', async t => {
  const { writer, refs, lines, change, fail } = start(t)
  fail('The disk is full.')
  await change('1')
  await writer.look()
  fail()
  await writer.look()
  t.same([refs(), lines], [[], ['error: The disk is full. The mock tries again at the next change, and when it stops.']])
  fail('The disk is still full.')
  await change('2')
  await writer.look()
  t.equal(lines.length, 1)
  fail()
  await change('3')
  await writer.look()
  t.same([refs(), lines.slice(1)], [['3'], ['The state is written to a.json again.']])
  fail('The folder is gone.')
  await change('4')
  await writer.look()
  t.match(lines[2], /^error: The folder is gone\. /)
})

t.test('the end writes what has changed, and leaves the file to others', async t => {
  const one = start(t)
  await one.change('1')
  await one.writer.close()
  t.same([one.refs(), one.isReleased()], [['1'], true])

  const unchanged = start(t)
  await unchanged.writer.close()
  t.same([unchanged.refs(), unchanged.isReleased()], [[], true])
})

t.test('the end waits for a write that has begun, and writes what has changed since', async t => {
  const { writer, refs, change, hold, isReleased } = start(t)
  const release = hold()
  await change('1')
  const looking = writer.look()
  await turn()
  await turn()
  await change('2')
  const closing = writer.close()
  await turn()
  t.notOk(isReleased())
  release()
  await Promise.all([looking, closing])
  t.same([refs(), isReleased()], [['1', '2'], true])
})

t.test('a look that has only begun writes nothing after the end', async t => {
  const { writer, refs, change } = start(t)
  const looking = writer.look()
  await writer.close()
  await change('1')
  await looking
  t.same(refs(), [])
})

t.test('the end tries again what could not be written, and rejects when it still cannot be', async t => {
  const one = start(t)
  one.fail('The disk is full.')
  await one.change('1')
  await one.writer.look()
  one.fail()
  await one.writer.close()
  t.same(one.refs(), ['1'])

  const other = start(t)
  other.fail('The disk is full.')
  const release = other.hold()
  await other.change('1')
  const looking = other.writer.look()
  await turn()
  await turn()
  const closing = other.writer.close()
  release()
  await looking
  await t.rejects(closing, { message: 'The disk is full.' })
  t.ok(other.isReleased())
  t.same(other.lines, ['error: The disk is full. The mock tries again at the next change, and when it stops.', 'error: The disk is full.'])
})

t.test('it looks once a second, with a timer that keeps no process alive', async t => {
  const timers: { run: () => void, wait: number, unref: boolean }[] = []
  t.intercept(globalThis, 'setInterval', {
    value: (run: () => void, wait: number) => {
      const timer = { run, wait, unref: false }
      timers.push(timer)
      return { unref: () => Object.assign(timer, { unref: true }) }
    }
  })
  const { writer, refs, change } = start(t)
  t.equal(writer.start(), writer)
  t.match(timers, [{ wait: 1_000, unref: true }])
  await change('1')
  timers[0]?.run()
  while (refs().length === 0) await turn()
  t.same(refs(), ['1'])
  await writer.close()
})
