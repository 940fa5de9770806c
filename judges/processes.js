import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** The folder of this package, and the folder of verifa-mock above it. */
export const here = fileURLToPath(new URL('.', import.meta.url))
export const root = fileURLToPath(new URL('..', import.meta.url))
/** The program that users start. */
export const verifaMock = `${root}dist/main.js`

const TIMEOUT = 60_000
const running = new Set()

/**
 * Runs a Node.js script until it ends.
 * @returns its standard output
 * @throws Error with all its output when it fails
 */
export async function run (script, ...args) {
  try {
    const limits = { maxBuffer: 64 * 1024 * 1024, timeout: TIMEOUT }
    const { stdout } = await promisify(execFile)(process.execPath, [script, ...args], { cwd: here, ...limits })
    return stdout
  } catch ({ message, stdout, stderr }) {
    throw new Error([message, stdout, stderr].join('\n'))
  }
}

/** Starts a server, and waits until it prints its URL. @returns the URL */
export async function serve (script, ...args) {
  const child = spawn(process.execPath, [script, ...args], { cwd: here, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  let printed = ''
  const url = new Promise((resolve, reject) => {
    const read = text => {
      printed += text
      // only after these words: Prism first prints the URLs of its operations
      const [, found] = /(?:at|listening on) (http:\/\/127\.0\.0\.1:\d+)/.exec(printed) ?? []
      if (found !== undefined) resolve(found)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('exit', () => reject(new Error(`${script} ended:\n${printed}`)))
    setTimeout(() => reject(new Error(`${script} did not start:\n${printed}`)), TIMEOUT).unref()
  })
  return url
}

/** Stops all servers. */
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
