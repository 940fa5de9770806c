import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { inspectorFolder } from '../../src/own-package.js'
import { errorOf, startApp } from '../helper.js'

t.test('the inspector is a page whose files are all its own', async t => {
  const app = startApp(t)
  const page = await app.inject('/_mock/')
  t.equal(page.headers['content-type'], 'text/html; charset=utf-8')
  const links = Array.from(page.body.matchAll(/(?:src|href)="([^"]*)"/g), ([, link = '']) => link)
  t.same(links, ['icon.svg', 'style.css', 'main.js'], 'relative, so that a proxy can have it below any path')
  for (const link of links) t.equal((await app.inject(`/_mock/${link}`)).statusCode, 200, link)
  const { statusCode, headers } = await app.inject('/_mock')
  t.match([statusCode, headers.location], [302, '_mock/'])
})

t.test('no script of others runs in it, no site frames it, and nothing but this mock is asked', async t => {
  const { headers } = await startApp(t).inject('/_mock/')
  t.match(headers, { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cross-origin-resource-policy': 'same-origin' })
  t.same(String(headers['content-security-policy']).split('; '), [
    'default-src \'none\'', 'script-src \'self\'', 'style-src \'self\'', 'img-src \'self\'', 'connect-src \'self\'', 'base-uri \'none\'',
    'form-action \'none\'', 'frame-ancestors \'none\'', 'require-trusted-types-for \'script\'', 'trusted-types \'none\''
  ])
})

t.test('without the inspector or the control plane there is no page', async t => {
  for (const options of [{ inspector: false }, { control: false }]) {
    const app = startApp(t, options)
    for (const url of ['/_mock', '/_mock/', '/_mock/main.js']) t.equal(errorOf(t, await app.inject(url)).error, 'not_found')
  }
})

t.test('all of it is at most 30 kB, compressed', async t => {
  const sizes = readdirSync(inspectorFolder).map(file => gzipSync(readFileSync(`${inspectorFolder}/${file}`)).length)
  t.ok(sizes.reduce((sum, size) => sum + size) <= 30_000)
})

t.test('it needs no token, and pages of other sites may link to it, but not use its files or calls', async t => {
  const app = startApp(t, { controlToken: 'secret' })
  const status = async (path: string, site: string) => (await app.inject({ url: `/_mock${path}`, headers: { 'sec-fetch-site': site } })).statusCode
  for (const path of ['', '/']) t.match(await Promise.all(['cross-site', 'same-site', 'same-origin', 'none'].map(async site => status(path, site))), Array(4).fill(path === '' ? 302 : 200))
  t.same([await status('/main.js', 'same-origin'), await status('/main.js', 'cross-site'), await status('/requests', 'same-origin')], [200, 403, 401])
  t.equal((await app.inject({ url: '/_mock/', headers: { host: 'evil.example' } })).statusCode, 403)
})
