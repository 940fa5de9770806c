import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import t from 'tap'
import { run as command } from '../command/process.js'
import { SANDBOX_KEY } from '../helper.js'
import { startMock, stateOf } from './suite.js'

t.test('a process whose output is not read any more, or whose terminal closes, restores the session', async t => {
  const mock = await startMock(t)
  const before = await stateOf(mock)
  const endings: [what: string, end: (child: ChildProcess) => void][] = [
    ['a closed pipe', ({ stdout, stderr }) => {
      stdout?.destroy()
      stderr?.destroy()
    }],
    ['SIGHUP', child => child.kill('SIGHUP')]
  ]
  for (const [what, end] of endings) {
    const suite = command(t, ['conformance', '--base-url', mock.url, '--api-key', SANDBOX_KEY, '--session-id', 'ses_pending'])
    while (!suite.err().includes('[4/')) await once(suite.child.stderr as NodeJS.ReadableStream, 'data')
    end(suite.child)
    t.same(await suite.ended, { code: 2, signal: null }, what)
    t.same(await stateOf(mock), before, what)
  }
})
