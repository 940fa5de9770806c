// Mutates all groups, or those that are named, one after the other: npm test, npm test -- casing
import { equivalent } from './equivalent.js'
import { groups } from './groups.js'
import { describe, isKilled, isSurvivor } from './mutants.js'
import { mutate } from './stryker.js'

const named = process.argv.slice(2)
const unknown = named.filter(name => !Object.hasOwn(groups, name))
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(', ')}. The groups are ${Object.keys(groups).join(', ')}.`)
  process.exit(2)
}

const files = []
const mutants = []
for (const name of named.length > 0 ? named : Object.keys(groups)) {
  console.log(`${name}: ${groups[name].files.join(', ')}`)
  files.push(...groups[name].files)
  mutants.push(...(await mutate(groups[name])).map(describe))
}

const isSame = (one, other) => one.file === other.file && one.was === other.was && one.becomes === other.becomes
const isExplained = mutant => equivalent.some(entry => isSame(entry, mutant))
const survivors = mutants.filter(isSurvivor)
console.table(Object.fromEntries(files.map(name => {
  const count = list => list.filter(({ file }) => file === name).length
  const [killed, survived, explained] = [mutants.filter(isKilled), survivors, survivors.filter(isExplained)].map(count)
  const score = `${Math.floor(killed / (killed + survived) * 100)} %`
  return [name, { mutants: killed + survived, killed, survived, explained, score }]
})))

const unexplained = survivors.filter(mutant => !isExplained(mutant))
const unneeded = equivalent.filter(entry => files.includes(entry.file) && !survivors.some(mutant => isSame(entry, mutant)))
const print = (what, { file, line, was, becomes }) => console.log(`${what}: ${file}${line ? `:${line}` : ''}\n  was      ${was}\n  becomes  ${becomes}`)
unexplained.forEach(mutant => print('survived', mutant))
for (const entry of unneeded) {
  print('explained, but did not survive', entry)
  for (const { status, reason } of mutants.filter(mutant => isSame(entry, mutant))) console.log(`  ${status}: ${reason}`)
}
console.log(`${unexplained.length} survived without an explanation, ${unneeded.length} explanations are no longer needed`)
process.exitCode = unexplained.length + unneeded.length > 0 ? 1 : 0
