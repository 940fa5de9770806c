// Compiles TypeScript for the tests: `node --import ./test/typescript.js`. tap's own loader needs four times as long, and tsx writes a file
// on one line, which makes all of it count as covered.
import { register } from 'node:module'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import { transform } from 'esbuild'

if (isMainThread) register(import.meta.url)

const project = new URL('..', import.meta.url).href

/** TypeScript imports a module by the name of the file that it will be compiled to. */
export async function resolve (specifier, context, next) {
  const url = /^(\.|\/|file:)/.test(specifier) ? new URL(specifier, context.parentURL).href : ''
  if (!/\.js(\?|$)/.test(url) || !url.startsWith(project) || url.includes('/node_modules/')) return next(specifier, context)
  try {
    return await next(url.replace('.js', '.ts'), context)
  } catch {
    return next(specifier, context) // it is JavaScript
  }
}

export async function load (url, context, next) {
  if (!/\.ts(\?|$)/.test(url)) return next(url, context)
  const { source } = await next(url, { ...context, format: 'module' })
  const sourcefile = fileURLToPath(url)
  const { code } = await transform(source, { loader: 'ts', sourcefile, sourcemap: 'inline', sourcesContent: false, target: 'node20' })
  return { format: 'module', source: code }
}
