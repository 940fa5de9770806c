import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyPluginAsync } from 'fastify'
import { inspectorFolder } from '../../own-package.js'

/** The files of the page, which `bundle.js` builds, and their types. */
const files: readonly [path: string, file: string, type: string][] = [
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/main.js', 'main.js', 'text/javascript; charset=utf-8'],
  ['/style.css', 'style.css', 'text/css; charset=utf-8'],
  ['/icon.svg', 'icon.svg', 'image/svg+xml']
]

/** Allows only the page's own files and calls. No script can create HTML, not even by mistake: Trusted Types allow no policy. */
const policy = [
  'default-src \'none\'', 'script-src \'self\'', 'style-src \'self\'', 'img-src \'self\'', 'connect-src \'self\'', 'base-uri \'none\'',
  'form-action \'none\'', 'frame-ancestors \'none\'', 'require-trusted-types-for \'script\'', 'trusted-types \'none\''
].join('; ')

const headers = {
  'content-security-policy': policy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-cache'
}

/**
 * The inspector: a page that shows what happens in the mock. Its files need no token, because they contain nothing of the mock's state. It
 * makes calls of the control plane.
 */
export const pageRoutes: FastifyPluginAsync = async app => {
  // relative, so that it works below any path of a proxy
  app.get('', { config: { open: true, isPage: true } }, async (_request, reply) => reply.redirect('_mock/'))
  for (const [path, file, type] of files) {
    const config = { open: true, isPage: path === '/' }
    app.get(path, { config, prefixTrailingSlash: 'slash' }, async (_request, reply) =>
      reply.headers(headers).type(type).send(await readFile(join(inspectorFolder, file))))
  }
}
