import { readdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const tests = fileURLToPath(new URL('.', import.meta.url))

t.test('every folder with test files is in exactly one group', async t => {
  const files = readdirSync(tests, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.test.ts'))
  const folders = new Set(files.map(file => dirname(file)).filter(folder => folder !== 'groups'))
  const groups = readdirSync(`${tests}groups`).map(name => readFileSync(`${tests}groups/${name}`, 'utf8'))
  const listed = groups.flatMap(text => /importTests\((.*)\)$/m.exec(text)?.[1]?.split(', ') ?? [])
  t.same(listed.sort(), [...folders].map(folder => `'${folder}'`).sort())
})
