// The last step of the build. It bundles the command and its dependencies into a few files in dist/, because finding and compiling four
// hundred small files takes half of a start. The library (dist/index.js) stays as tsc writes it. The tests run this before they start, so
// that they start the command as it is shipped.
import { appendFileSync, copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const { metafile } = await build({
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  chunkNames: 'command-[hash]', // directly in dist/, because src/own-package.ts finds the package's files from there
  bundle: true,
  splitting: true, // what `await import()` loads stays in a separate file
  sourcemap: 'external',
  sourcesContent: false,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  legalComments: 'none', // the file below has the whole licenses
  // loaded only when somebody opens /docs, and it has files beside its code
  external: ['@fastify/swagger-ui', '@redis/client'],
  // code of CommonJS packages loads Node.js modules with `require`
  banner: { js: 'import { createRequire as createRequireOfBundle } from "node:module"; const require = createRequireOfBundle(import.meta.url);' },
  metafile: true
})

// The page of the inspector: one script and one style sheet, for browsers.
const page = await build({
  entryPoints: ['src/control/inspector/page/main.ts', 'src/control/inspector/page/style.css'],
  outdir: 'dist/inspector',
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2023',
  legalComments: 'none',
  metafile: true
})
for (const file of ['index.html', 'icon.svg']) copyFileSync(`src/control/inspector/page/${file}`, `dist/inspector/${file}`)

// Removes files of earlier builds, and all source maps except that of src/main.ts, which the tests need for its coverage.
const built = new Set(Object.keys(metafile.outputs))
for (const file of readdirSync('dist').filter(name => /^command-.*\.js(\.map)?$/.test(name)).map(name => `dist/${name}`)) {
  if (!built.has(file) || file.endsWith('.map')) rmSync(file)
}
appendFileSync('dist/main.js', '//# sourceMappingURL=main.js.map\n')

// The licenses of the bundled packages, which must accompany their code.
const inputs = [metafile, page.metafile].flatMap(({ inputs }) => Object.keys(inputs))
const folders = new Set(inputs.map(file => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]).filter(Boolean))
const notices = [...folders].sort().map(folder => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const text = readdirSync(folder).filter(file => /^licen[cs]e/i.test(file)).map(file => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n')
  return `${name} ${version} (${license})\n\n${text}`
})
writeFileSync('dist/THIRD-PARTY-LICENSES.txt', `The command and the inspector contain code of these packages.\n\n${notices.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`)
