import { spawn } from 'node:child_process'
import { pinned } from '../pinning.js'
import { VoidRun } from '../void-run.js'

/** Runs a command pinned to a core, to its end, and answers with what it printed. It dies with this process. */
export async function run (core, command) {
  const [file, ...args] = pinned(core, command)
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  let output = ''
  let problems = ''
  child.stdout.setEncoding('utf8').on('data', text => output += text)
  child.stderr.setEncoding('utf8').on('data', text => problems += text)
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
  process.off('exit', kill)
  if (code !== 0) throw new VoidRun(`${command[0]} ended with ${code}: ${problems || output}`)
  return output
}
