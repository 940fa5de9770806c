import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

export interface Run {
  child: ChildProcess
  out: () => string
  err: () => string
  ended: Promise<{ code: number | null, signal: string | null }>
}

/** The command as a process of its own, with nothing of this machine's configuration. */
export function run (t: Test, args: string[], env: Record<string, string> = {}, preload: string[] = []): Run {
  const child = spawn(process.execPath, [...process.execArgv, ...preload, main, ...args], {
    env: { ...process.env, PORT: '', HOST: '', ...env }, stdio: ['ignore', 'pipe', 'pipe']
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

/** A mock on a free port, when it has said that it is ready. */
export async function serve (t: Test, args: string[] = [], preload: string[] = []): Promise<Run & { url: string, port: string }> {
  const mock = run(t, ['--port', '0', ...args], {}, preload)
  while (!mock.out().includes(' is ready at ')) {
    await Promise.race([once(mock.child.stdout as NodeJS.ReadableStream, 'data'), mock.ended.then(() => {
      throw new Error(`it ended: ${mock.err()}`)
    })])
  }
  const url = / is ready at (\S+) /.exec(mock.out())?.[1] ?? ''
  return { ...mock, url, port: new URL(url).port }
}
