// The last step of the build: puts the command, with all that it loads at every start, into a few files of dist/. A mock is
// started thousands of times, and to find and compile four hundred small files took half of a start. The library
// (dist/index.js) stays as tsc has written it, with its dependencies beside it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const { metafile } = await build({
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  chunkNames: 'command-[hash]', // in dist/ itself: src/own-package.ts looks for the package's files from there
  bundle: true,
  splitting: true, // what is loaded only on some occasions stays a file of its own
  format: 'esm',
  platform: 'node',
  target: 'node20',
  legalComments: 'none', // whole licences stand in the file below
  // loaded by few starts, and some with files of their own beside them
  external: ['@fastify/swagger', '@fastify/swagger-ui', 'chokidar', 'pino-pretty'],
  // what was CommonJS asks for Node's modules with `require`
  banner: { js: 'import { createRequire as createRequireOfBundle } from "node:module"; const require = createRequireOfBundle(import.meta.url);' },
  metafile: true
})

// Their licences ask to go along with the code.
const folders = new Set(Object.keys(metafile.inputs).map(file => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]).filter(Boolean))
const notices = [...folders].sort().map(folder => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const text = readdirSync(folder).filter(file => /^licen[cs]e/i.test(file)).map(file => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n')
  return `${name} ${version} (${license})\n\n${text}`
})
writeFileSync('dist/THIRD-PARTY-LICENSES.txt', `The command holds code of these packages.\n\n${notices.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`)
