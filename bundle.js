// The last step of the build: bundles the command with its dependencies into a few files of dist/, because finding and
// compiling four hundred small files took half of a start. The library (dist/index.js) stays as tsc has written it.
// The tests run this before they start, so that they spawn the command as it is shipped.
import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const { metafile } = await build({
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  chunkNames: 'command-[hash]', // in dist/ itself, from where src/own-package.ts finds the package's files
  bundle: true,
  splitting: true, // an `await import()` stays a file of its own
  sourcemap: 'external',
  sourcesContent: false,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  legalComments: 'none', // whole licences stand in the file below
  // loaded by few starts, and with files of their own beside them
  external: ['@fastify/swagger', '@fastify/swagger-ui'],
  // what was CommonJS loads Node's modules with `require`
  banner: { js: 'import { createRequire as createRequireOfBundle } from "node:module"; const require = createRequireOfBundle(import.meta.url);' },
  metafile: true
})

// Files of an earlier build, and source maps but that of src/main.ts, by which the tests measure its coverage.
const built = new Set(Object.keys(metafile.outputs))
for (const file of readdirSync('dist').filter(name => /^command-.*\.js(\.map)?$/.test(name)).map(name => `dist/${name}`)) {
  if (!built.has(file) || file.endsWith('.map')) rmSync(file)
}
appendFileSync('dist/main.js', '//# sourceMappingURL=main.js.map\n')

// Licences that must accompany the code.
const folders = new Set(Object.keys(metafile.inputs).map(file => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]).filter(Boolean))
const notices = [...folders].sort().map(folder => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const text = readdirSync(folder).filter(file => /^licen[cs]e/i.test(file)).map(file => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n')
  return `${name} ${version} (${license})\n\n${text}`
})
writeFileSync('dist/THIRD-PARTY-LICENSES.txt', `The command holds code of these packages.\n\n${notices.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`)
