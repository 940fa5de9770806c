import { spawn } from 'node:child_process'
import { pinned } from '../pinning.js'
import { InvalidRun } from '../invalid-run.js'

/** Runs a command on one core until it ends, or until this process does. @returns what it printed */
export async function run (core, command) {
  const [file, ...args] = pinned(core, command)
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', text => output += text)
  child.stderr.setEncoding('utf8').on('data', text => errors += text)
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
  process.off('exit', kill)
  if (code !== 0) throw new InvalidRun(`${command[0]} ended with ${code}: ${errors || output}`)
  return output
}
