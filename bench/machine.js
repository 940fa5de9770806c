import { execFileSync } from 'node:child_process'
import { cpus, totalmem } from 'node:os'
import { canPin } from './pinning.js'

/** What a reader needs to judge a measurement: when, where, and how it was made, and the versions of all that took part. */
export function describeMachine ({ command, serverCore, loadCore }, load, subjects) {
  const processors = cpus()
  const versions = subjects.map(({ name, version }) => `${name} ${version() ?? '(not installed)'}`)
  return [
    `- date: ${new Date().toISOString().slice(0, 10)}, commit ${commit()}`,
    `- command: \`${command}\``,
    `- machine: ${processors[0].model}, ${processors.length} cores, ${Math.round(totalmem() / 1024 ** 3)} GiB of memory, ${process.platform} ${process.arch}`,
    `- pinning: ${canPin ? `servers to core ${serverCore}, load to core ${loadCore}` : 'none'}`,
    `- Node.js ${process.version}, load from ${load.name} ${load.version}`,
    `- subjects: ${versions.join('; ')}`
  ].join('\n')
}

function commit () {
  const git = (...args) => execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '..') === '' ? '' : ' with changes'}`
  } catch {
    return 'unknown'
  }
}
