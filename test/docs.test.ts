import { readFileSync } from 'node:fs'
import t from 'tap'
import { conformanceWords, parseCommandLine } from '../src/cli.js'
import { runConformance } from '../src/conformance/conformance.js'
import { errors } from '../src/errors.js'
import { optionNames, Options } from '../src/options.js'
import { startApp } from './helper.js'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

/** The cells of a table of the README, without its head. */
function table (heading: string): string[][] {
  const section = readme.slice(readme.indexOf(`${heading}\n`))
  const lines = section.slice(section.indexOf('\n|')).trim().split('\n')
  const end = lines.findIndex(line => !line.startsWith('|'))
  return lines.slice(2, end).map(line => line.split('|').slice(1, -1).map(cell => cell.trim().replaceAll('`', '')))
}

t.test('the table of errors is the list of errors', async t => {
  t.same(table('### Errors'), Object.values(errors).map(([code, status, text]) => [String(status), code, text]))
})

t.test('the table of options is the list of options', async t => {
  const rows = table('## The command and its options').filter(([, , option]) => option !== '')
  t.same(rows.map(([, , option]) => option), optionNames)
  for (const [flag, variable, option, value, description] of rows) {
    const schema = Options.properties[option as keyof Options] as { description: string, default?: string | number, enum?: string[] }
    if (!Array.isArray(schema.default) && option !== 'fixtures') t.equal(value, String(schema.default ?? 'none'), `${flag}: default`)
    t.equal(variable?.startsWith(`VERIFA_MOCK_${flag?.split(' ')[0]?.replace(/^--(no-)?/, '').toUpperCase().replaceAll('-', '_')}`), true, `${flag}: ${variable}`)
    for (const word of schema.enum ?? []) t.ok(description?.includes(word), `${flag}: ${word}`)
    if (schema.enum === undefined) t.equal(description, schema.description)
  }
})

t.test('the table of the options of conformance is the list of them', async t => {
  const rows = table('## Conformance: how far is the mock from the real API?')
  t.same(rows, conformanceWords.map(({ flag, schema, variables }) => [
    schema['type'] === 'array' ? `${flag} (repeatable)` : flag,
    variables.join(', '),
    String(schema.default ?? '') || (schema['type'] === 'array' ? 'none' : 'none; it must be given'),
    schema.description
  ]))
})

t.test('the table of fixtures is the list of fixtures', async t => {
  const named = table('## Sessions to start with').flatMap(([ids]) => ids?.split(', '))
  const there = Array.from(startApp(t).workspaces.shared.store.all(), ({ id }) => id)
  t.same([...named].sort(), there.sort())
})

t.test('the first update answers as printed, but for the time', async t => {
  const [, curl = '', json = ''] = /## A first update[^]*?```sh\n([^]*?)```[^]*?```json\n([^]*?)\n```/.exec(readme) ?? []
  const headers = Object.fromEntries(Array.from(curl.matchAll(/-H '([^:]+): ([^']+)'/g), ([, name = '', value = '']) => [name, value]))
  const response = await startApp(t).inject({
    method: 'PATCH',
    url: /http:\/\/127\.0\.0\.1:4010(\S+)/.exec(curl)?.[1] ?? '',
    headers,
    payload: / -d '([^']+)'/.exec(curl)?.[1] ?? ''
  })
  const untimed = (text: string) => text.replace(/"updated_at":"[^"]+"/, '')
  t.equal(untimed(response.body), untimed(json))
})

t.test('the report of drift is as printed, but for the port', async t => {
  const section = readme.slice(readme.indexOf('## Conformance: '))
  const [, start = '', words = '', printed = ''] = /```sh\nnpm start -- (.*)\nnode dist\/main\.js (.*)\n```[^]*?```\n([^]*?)\n…\n```/.exec(section) ?? []
  const mock = parseCommandLine(start.split(' '), {})
  const conformance = parseCommandLine(words.split(/ (?!default)/).map(word => word.replaceAll('\'', '')), {})
  if (mock.name !== 'serve' || conformance.name !== 'conformance') throw new Error(JSON.stringify([mock, conformance]))
  const app = startApp(t, { ...mock.options, logLevel: 'silent' })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const { report = '', exitCode } = await runConformance(
    { ...conformance.options, baseUrl: url }, { progress: () => undefined, signal: new AbortController().signal }
  )
  t.equal(report.slice(0, report.indexOf('\n    expected:')), printed.replace('http://127.0.0.1:4010', url))
  t.equal(exitCode, 1)
})
