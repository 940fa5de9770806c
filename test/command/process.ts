import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'

// The bundle, which `before` in .taprc has just built: a process that compiles the sources itself needs five seconds.
const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
// In the process only the coverage of this file is measured, through its source map. Everything else is tested in the tests'
// own processes; for it the bundle would report other branches than the sources.
const covered = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

export interface Run {
  child: ChildProcess
  out: () => string
  err: () => string
  ended: Promise<{ code: number | null, signal: string | null }>
}

/** The command in a process of its own, without this machine's configuration. */
export function run (t: Test, args: string[], env: Record<string, string> = {}, preload: string[] = []): Run {
  const outer = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(VERIFA_MOCK_|PORT$|HOST$)/.test(name)))
  const child = spawn(process.execPath, ['--enable-source-maps', ...preload, main, ...args], {
    env: { ...outer, ...env, _TAPJS_PROCESSINFO_COV_FILES_: covered }, stdio: ['ignore', 'pipe', 'pipe']
  })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    err += chunk
  })
  t.teardown(() => child.kill('SIGKILL'))
  const ended = once(child, 'close').then(([code, signal]) => ({ code: code as number | null, signal: signal as string | null }))
  return { child, out: () => out, err: () => err, ended }
}

/** What a run has logged so far. */
export function logOf ({ out }: Run): Record<string, unknown>[] {
  return out().split('\n').slice(0, -1).map(line => JSON.parse(line) as Record<string, unknown>)
}

/** A mock on a free port, after its ready line. */
export async function serve (
  t: Test, args: string[] = [], preload: string[] = [], env: Record<string, string> = {}
): Promise<Run & { url: string, port: string }> {
  const mock = run(t, ['--port', '0', ...args], env, preload)
  for (;;) {
    const { url } = logOf(mock).find(({ msg }) => String(msg).includes(' is ready at ')) ?? {}
    if (typeof url === 'string') return { ...mock, url, port: new URL(url).port }
    await Promise.race([once(mock.child.stdout as NodeJS.ReadableStream, 'data'), mock.ended.then(() => {
      throw new Error(`it ended: ${mock.err()}`)
    })])
  }
}
