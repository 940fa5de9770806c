import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { run } from './run.js'

const script = fileURLToPath(new URL('requests.lua', import.meta.url))

export const wrk = {
  /** The version, or `undefined` when wrk is not installed. */
  version: () => /^wrk (\S+)/.exec(spawnSync('wrk', ['-v'], { encoding: 'utf8' }).stdout ?? '')?.[1],

  async load (url, { method, path, headers, body = '', among }, { seconds, connections, limit = 0, timeout, core }) {
    const output = await run(core, [
      'wrk', '--threads', '1', '--connections', `${connections}`, '--duration', `${Math.ceil(seconds)}s`, '--timeout', `${timeout}s`,
      '--script', script, url, '--', method, body, path, `${among}`, `${limit}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    ])
    return JSON.parse(/^bench (.*)$/m.exec(output)?.[1] ?? 'null')
  }
}
