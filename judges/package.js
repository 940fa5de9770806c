// The package as npm would publish it: two linters for packages have no findings, and its size is what the README says.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { here, root, run } from './processes.js'

/** The sentence in the README, on one line. */
const sentence = new RegExp('It weighs (?<packedSize>\\d+) kB packed and (?<unpackedSize>\\d+) kB unpacked, ' +
  'and has (?<direct>\\d+) direct production dependencies, (?<total>\\d+) in all\\.')
/** By which share the sizes may differ from the README, because every change moves them a little. */
const TOLERANCE = 0.1

export default async function () {
  const [packed] = JSON.parse(await npm('pack', '--json', '--ignore-scripts', '--pack-destination', `${here}generated`))
  const tarball = `${here}generated/${packed.filename}`
  await run(`${here}node_modules/publint/src/cli.js`, tarball, '--strict', '--level', 'suggestion')
  // The profile leaves out module resolution before Node.js 12.7. The rule warns that CommonJS gets an ES module, which Node.js can
  // require since 20.19, as test/package/use.cjs does.
  const profile = ['--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm', '--no-definitely-typed']
  await run(`${here}node_modules/@arethetypeswrong/cli/dist/index.js`, tarball, ...profile)

  const weight = await weigh(packed)
  const stated = sentence.exec(await readFile(`${root}README.md`, 'utf8'))?.groups
  const isTrue = name => name.endsWith('Size') ? Math.abs(weight[name] / stated[name] - 1) <= TOLERANCE : weight[name] === Number(stated[name])
  if (stated === undefined || !Object.keys(weight).every(isTrue)) {
    throw new Error(`README.md must say: It weighs ${weight.packedSize} kB packed and ${weight.unpackedSize} kB unpacked, ` +
      `and has ${weight.direct} direct production dependencies, ${weight.total} in all.`)
  }
  return `publint and attw have no findings, and the README states the right size: ${weight.packedSize} kB packed, ${weight.total} dependencies`
}

async function weigh ({ size, unpackedSize }) {
  const { dependencies } = JSON.parse(await readFile(`${root}package.json`, 'utf8'))
  const [, ...installed] = (await npm('ls', '--omit=dev', '--all', '--parseable')).trim().split('\n')
  return {
    packedSize: Math.round(size / 1000),
    unpackedSize: Math.round(unpackedSize / 1000),
    direct: Object.keys(dependencies).length,
    total: installed.length
  }
}

async function npm (...args) {
  return (await promisify(execFile)('npm', args, { cwd: root, maxBuffer: 16 * 1024 * 1024 })).stdout
}
