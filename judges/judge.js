// Runs all judges, or those that are named, one after the other: npm test, npm test -- prism
import { mkdir, rm } from 'node:fs/promises'
import { here, stopServers } from './processes.js'

const all = ['linters', 'prism', 'openapi-fetch', 'hey-api', 'package', 'recipes', 'knip']
const named = process.argv.slice(2)
const unknown = named.filter(name => !all.includes(name))
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(', ')}. The judges are ${all.join(', ')}.`)
  process.exit(2)
}

await rm(`${here}generated`, { recursive: true, force: true })
await mkdir(`${here}generated`)
for (const name of named.length > 0 ? named : all) {
  const began = performance.now()
  const { default: judge } = await import(`./${name}.js`)
  let verdict
  try {
    verdict = `ok     ${name}: ${await judge()}`
  } catch (error) {
    process.exitCode = 1
    verdict = `FAILED ${name}\n${error.message}`
  } finally {
    await stopServers()
  }
  console.log(`${verdict} (${Math.round((performance.now() - began) / 1000)} s)`)
}
