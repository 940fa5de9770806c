import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { freePort } from '../engine.js'
import { findProgram } from '../find-program.js'
import { until } from '../until.js'

const recipe = fileURLToPath(new URL('../../../examples/compose/haproxy.cfg', import.meta.url))

const program = findProgram('haproxy')

/** The option `skip` of tests that need HAProxy. A developer may have none; in CI, .ci/run installs it. Only Linux has 127.0.0.2. */
export const needsHaproxy = { skip: process.platform !== 'linux' ? 'it needs Linux' : program === undefined && 'there is no HAProxy: install it' }

/**
 * Starts HAProxy with the configuration of the Compose example, except for what depends on its network: the ports and the name server.
 * It ends with the test.
 * @returns the port on which it listens
 */
export async function startHaproxy (t: Test, replicaPort: number, nameServerPort: number): Promise<number> {
  const port = await freePort()
  const file = join(t.testdir(), 'haproxy.cfg')
  writeFileSync(file, replaceEach(readFileSync(recipe, 'utf8'), {
    'bind :4010': `bind 127.0.0.1:${port}`,
    'verifa:4010': `verifa:${replicaPort}`,
    'parse-resolv-conf': `nameserver compose 127.0.0.1:${nameServerPort}`
  }))
  const child = spawn(program as string, ['-db', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  let printed = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  const closed = once(child, 'close')
  t.teardown(async () => {
    child.kill('SIGKILL')
    await closed
  })
  await until('HAProxy listens', async () => {
    if (child.exitCode !== null) throw new Error(`HAProxy ended at its start:\n${printed}`)
    return listensOn(port)
  })
  return port
}

function replaceEach (text: string, replacements: Record<string, string>): string {
  return Object.entries(replacements).reduce((text, [part, replacement]) => {
    if (text.split(part).length !== 2) throw new Error(`haproxy.cfg does not have "${part}" once`)
    return text.replace(part, replacement)
  }, text)
}

async function listensOn (port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
