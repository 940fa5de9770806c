import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** The folder of this package, and the one of verifa-mock above it. */
export const here = fileURLToPath(new URL('.', import.meta.url))
export const root = fileURLToPath(new URL('..', import.meta.url))
/** verifa-mock as a user starts it. */
export const verifaMock = `${root}dist/main.js`

const PATIENCE = 60_000
const running = new Set()

/**
 * Runs a script of Node.js to its end.
 * @returns what it printed
 * @throws with what it printed, also on standard error, when it fails
 */
export async function run (script, ...args) {
  try {
    const limits = { maxBuffer: 64 * 1024 * 1024, timeout: PATIENCE }
    const { stdout } = await promisify(execFile)(process.execPath, [script, ...args], { cwd: here, ...limits })
    return stdout
  } catch ({ message, stdout, stderr }) {
    throw new Error([message, stdout, stderr].join('\n'))
  }
}

/** Starts a server, and waits until it prints where it is. @returns its URL */
export async function serve (script, ...args) {
  const child = spawn(process.execPath, [script, ...args], { cwd: here, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  let printed = ''
  const url = new Promise((resolve, reject) => {
    const read = text => {
      printed += text
      // its own, and no other that it mentions: Prism lists its operations first
      const [, found] = /(?:at|listening on) (http:\/\/127\.0\.0\.1:\d+)/.exec(printed) ?? []
      if (found !== undefined) resolve(found)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('exit', () => reject(new Error(`${script} ended:\n${printed}`)))
    setTimeout(() => reject(new Error(`${script} does not get ready:\n${printed}`)), PATIENCE).unref()
  })
  return url
}

/** Ends all servers. */
export async function stopServers () {
  await Promise.all(Array.from(running, async child => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill()
    await once(child, 'exit')
  }))
  running.clear()
}

process.on('exit', () => running.forEach(child => child.kill('SIGKILL')))
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => process.exit(130))
