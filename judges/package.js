// The package as npm would publish it: two linters for packages find nothing, and what the README says of its weight is so.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { here, root, run } from './processes.js'

/** What the README says, in one line. */
const sentence = new RegExp('It weighs (?<packedSize>\\d+) kB packed and (?<unpackedSize>\\d+) kB unpacked, ' +
  'and has (?<direct>\\d+) direct production dependencies, (?<total>\\d+) in all\\.')
/** How far the sizes may be from what the README says: every change moves them a little. */
const TOLERANCE = 0.1

export default async function () {
  const [packed] = JSON.parse(await npm('pack', '--json', '--ignore-scripts', '--pack-destination', `${here}generated`))
  const tarball = `${here}generated/${packed.filename}`
  await run(`${here}node_modules/publint/src/cli.js`, tarball, '--strict', '--level', 'suggestion')
  // Of its profiles `node16` leaves out how resolved before Node.js 12.7, which no Node.js that runs the mock does. That CommonJS gets an
  // ES module is no mistake of a package that has no other: Node.js from 20.19 on can require it, as test/package/use.cjs does.
  const profile = ['--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm', '--no-definitely-typed']
  await run(`${here}node_modules/@arethetypeswrong/cli/dist/index.js`, tarball, ...profile)

  const weight = await weigh(packed)
  const said = sentence.exec(await readFile(`${root}README.md`, 'utf8'))?.groups
  const isSo = name => name.endsWith('Size') ? Math.abs(weight[name] / said[name] - 1) <= TOLERANCE : weight[name] === Number(said[name])
  if (said === undefined || !Object.keys(weight).every(isSo)) {
    throw new Error(`README.md must say of the package: It weighs ${weight.packedSize} kB packed and ${weight.unpackedSize} kB unpacked, ` +
      `and has ${weight.direct} direct production dependencies, ${weight.total} in all.`)
  }
  return `publint and attw find nothing, and the README tells the package's weight: ${weight.packedSize} kB packed, ${weight.total} dependencies`
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
