import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { KindGuard } from '@sinclair/typebox'
import t from 'tap'
import { conformanceSpellings, mockSpellings, parseCommandLine } from '../src/command/cli.js'
import { runConformance } from '../src/conformance/conformance.js'
import { JournalEntry } from '../src/domain/journal/entry.js'
import { lifecycle } from '../src/domain/sessions/lifecycle.js'
import { errors } from '../src/contract/errors.js'
import { startVerifaMock } from '../src/index.js'
import { startApp } from './helper.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (file: string) => readFileSync(root + file, 'utf8')
const pages = ['README.md', 'CHANGELOG.md', ...readdirSync(`${root}docs`).filter(name => name.endsWith('.md')).map(name => `docs/${name}`)]

/** The part of a page from a heading to the next heading of any level. */
function section (file: string, heading: string): string {
  const [, text] = `\n${read(file)}`.split(`\n${heading}\n`)
  if (text === undefined) throw new Error(`${file} has no heading ${heading}`)
  return text.split(/^#+ /m)[0] as string
}

/** The cells of the first table below a heading, without its head. */
function table (file: string, heading: string): string[][] {
  const lines = section(file, heading).split('\n')
  const [, , ...rows] = lines.slice(lines.findIndex(line => line.startsWith('|'))).filter(line => line.startsWith('|'))
  return rows.map(line => line.split('|').slice(1, -1).map(cell => cell.trim().replaceAll('`', '')))
}

t.test('the README has at most 120 lines', async t => {
  t.ok(read('README.md').trim().split('\n').length <= 120)
})

t.test('the tables of errors are the list of errors', async t => {
  const documented = ['## Errors of the API', '## Errors of the control plane'].flatMap(heading => table('docs/errors.md', heading))
  t.same(documented.sort(), Object.values(errors).map(([code, status, text]) => [String(status), code, text]).sort())
})

t.test('the table of transitions is the one in the code', async t => {
  t.same(table('docs/lifecycle.md', '## Transitions'), Object.entries(lifecycle).map(([name, { from, to, refusal }]) =>
    [name, from.join(', '), to, refusal === undefined ? 'nothing' : String(errors[refusal][1])]))
})

t.test('the table of options is the list of options', async t => {
  const rows = table('docs/options.md', '# Options').filter(([, , option]) => option !== '')
  t.same(rows.map(row => row.slice(0, 3)), mockSpellings.map(({ flag, variables, option, schema }) => [
    schema['type'] === 'array' ? `${flag} (repeatable)` : flag, variables.join(', '), option
  ]))
  for (const { option, schema } of mockSpellings) {
    const [, , , value, description = ''] = rows.find(([, , name]) => name === option) ?? []
    const expected = schema.default === true ? 'true; the flag sets false' : String(schema.default ?? 'none')
    if (!Array.isArray(schema.default) && option !== 'fixtures') t.equal(value, expected, `${option}: default`)
    const words = schema['enum'] as string[] | undefined
    if (words === undefined) t.equal(description, schema.description, `${option}: description`)
    for (const word of words ?? []) t.match(description, word, `${option}: ${word}`)
  }
})

t.test('the options in the README are in the table of options', async t => {
  const all = table('docs/options.md', '# Options').map(([flag, variables, , value]) => [flag, variables, value])
  for (const [flag = '', variables, value] of table('README.md', '## Options')) {
    t.same(all.find(([other]) => other === flag), [flag, variables, value], flag)
  }
})

t.test('the table of options of conformance is the list of them', async t => {
  t.same(table('docs/conformance.md', '## Options'), conformanceSpellings.map(({ flag, schema, variables }) => [
    schema['type'] === 'array' ? `${flag} (repeatable)` : flag,
    variables.join(', '),
    String(schema.default ?? '') || (schema['type'] === 'array' || KindGuard.IsOptional(schema) ? 'none' : 'required'),
    schema.description
  ]))
})

t.test('the table of sample sessions is the list of them', async t => {
  const documented = table('docs/fixtures.md', '## Sample sessions').flatMap(([ids = '']) => ids.split(', '))
  const { data } = (await startApp(t).inject('/_mock/sessions')).json<{ data: { id: string }[] }>()
  t.same(documented.sort(), data.map(({ id }) => id).sort())
})

t.test('the table of journal fields is the list of them', async t => {
  const documented = table('docs/control-plane.md', '## Journal entries').flatMap(([names = '']) => names.split(', '))
  t.same(documented.sort(), Object.keys(JournalEntry.properties).sort())
})

t.test('the first update in the README returns what is printed there, except for the time', async t => {
  const [, curl = '', json = ''] = /```sh\n([^]*?)```[^]*?```json\n([^]*?)\n```/.exec(section('README.md', '## First update')) ?? []
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

t.test('the report of drift is as printed, except for the port', async t => {
  const [, start = '', words = '', printed = ''] =
    /```sh\nnpm start -- (.*)\nnode dist\/main\.js (.*)\n```[^]*?```\n([^]*?)\n…\n```/.exec(section('docs/conformance.md', '## Run it')) ?? []
  const mock = parseCommandLine(start.split(' '), {})
  const conformance = parseCommandLine(words.split(' '), {})
  if (mock.name !== 'serve' || conformance.name !== 'conformance') throw new Error(JSON.stringify([mock, conformance]))
  const app = startApp(t, { ...mock.options, logLevel: 'silent' })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const { report = '', exitCode } = await runConformance(
    { ...conformance.options, baseUrl: url }, { progress: () => undefined, signal: new AbortController().signal }
  )
  t.equal(report.slice(0, report.indexOf('\n    expected:')), printed.replace('http://127.0.0.1:4010', url))
  t.equal(exitCode, 1)
})

t.test('every code block of the guide and the reference is a file in examples/ or a part of one, and every file and part is shown', async t => {
  const part = (text: string, name: string) => {
    const [, indent = '', lines = ''] = new RegExp(`^( *)// #region ${name}\\n([^]*?)^ *// #endregion$`, 'm').exec(text) ?? []
    return lines.replaceAll(new RegExp(`^${indent}`, 'gm'), '')
  }
  const shown: string[] = []
  const block = /^(?:\[(examples\/\S+)\]\(\.\.\/\1\)(?:, part `(\w+)`)?:\n\n)?```\w*\n([^]*?)^```$/gm
  for (const [, file, name, code] of ['testing', 'control-plane', 'browser-tests', 'webhooks'].map(page => read(`docs/${page}.md`)).join('').matchAll(block)) {
    const text = file === undefined ? 'a code block that names no file' : read(file)
    t.equal(code, name === undefined ? text : part(text, name), `${file} ${name ?? ''}`)
    shown.push(name === undefined ? `${file}` : `${file} ${name}`)
  }
  const all = ['examples', 'examples/node-test', 'examples/browser', 'examples/webhooks', 'examples/vitest'].flatMap(folder => readdirSync(root + folder)
    .filter(name => /\.(js|py|sh|ya?ml)$/.test(name))
    .flatMap(name => {
      const parts = Array.from(read(`${folder}/${name}`).matchAll(/#region (\w+)$/gm), ([, part]) => `${folder}/${name} ${part}`)
      return parts.length > 0 ? parts : [`${folder}/${name}`]
    }))
  t.same([...shown, 'examples/node-test/first.test.js'].sort(), all.sort())
})

t.test('the test in the README is a file in examples/', async t => {
  const [, file = '', code] = /\]\((examples\/\S+)\):\n\n```js\n([^]*?)```/.exec(read('README.md')) ?? []
  t.equal(file, 'examples/node-test/first.test.js')
  t.equal(code, read(file))
})

t.test('the table of calls is the list of calls, and names every method of the interface', async t => {
  await using mock = await startVerifaMock()
  const reference = read('docs/control-plane.md')
  const rows = Array.from(reference.matchAll(/^\| `([A-Z]+ \/_mock\S*)` \|[^|]+\|([^|]*)\|$/gm), ([, call = '', methods = '']) => ({ call, methods }))
  const { paths } = (await mock.app.inject('/openapi.json')).json<{ paths: Record<string, object> }>()
  const calls = Object.entries(paths).filter(([path]) => path.startsWith('/_mock/'))
    .flatMap(([path, item]) => Object.keys(item).map(method => `${method.toUpperCase()} ${path}`))
  t.same(rows.map(({ call }) => call).sort(), calls.sort())

  const methodsOf = (value: object, path: string): string[] => Object.entries(value)
    .flatMap(([name, member]) => typeof member === 'function' ? [`${path}.${name}`] : [])
  const methods = [...methodsOf(mock, 'mock'), ...methodsOf(mock.faults, 'mock.faults'), ...methodsOf(mock.clock, 'mock.clock'), ...methodsOf(mock.rateLimits, 'mock.rateLimits'),
    ...methodsOf(mock.webhooks, 'mock.webhooks')]
  const named = Array.from(reference.matchAll(/`(mock\.[\w.]+)\(/g), ([, name]) => name)
  t.same([...new Set(named)].sort(), methods.sort())
})

t.test('every link leads to a file, or to a heading of one', async t => {
  const others = ['CONTRIBUTING.md', 'judges/README.md', 'mutation/README.md', 'examples/compose/README.md', 'examples/kubernetes/README.md']
  for (const page of [...pages, ...others]) {
    const isBroken = ({ file, anchor }: Link) => !existsSync(root + file) || (anchor !== undefined && !anchorsOf(file).includes(anchor))
    t.same(linksOf(page).filter(isBroken), [], page)
  }
})

t.test('every link of a packed page leads to a file that is packed', async t => {
  const { files } = JSON.parse(read('package.json')) as { files: string[] }
  const packed = ['README.md', 'LICENSE', 'package.json', ...files]
  for (const page of pages) {
    t.same(linksOf(page).filter(({ file }) => !packed.some(entry => `${file}/`.startsWith(`${entry}/`))), [], page)
  }
})

interface Link {
  link: string
  file: string
  anchor: string | undefined
}

/** The relative links of a page. Code does not count. */
function linksOf (page: string): Link[] {
  const text = read(page).replaceAll(/^```[^]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '')
  return Array.from(text.matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => {
    const [path = '', anchor] = link.split('#')
    return { link, anchor, file: path === '' ? page : posix.join(posix.dirname(page), path) }
  }).filter(({ link }) => !URL.canParse(link))
}

/** The anchors that GitHub makes of the headings of a page. */
function anchorsOf (page: string): string[] {
  const headings = read(page).replaceAll(/^```[^]*?^```$/gm, '').matchAll(/^#+ (.*)$/gm)
  return Array.from(headings, ([, heading = '']) => heading.toLowerCase().replaceAll(/[^\p{L}\p{N}_ -]/gu, '').replaceAll(' ', '-'))
}
