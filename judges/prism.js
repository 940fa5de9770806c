// Prism between a client and the mock. With --errors it answers in the mock's place when a request or an answer breaks the
// document; without, it says so in a header and hands on what it has.
import { readFile } from 'node:fs/promises'
import { casings, writeDocument } from './documents.js'
import { here, serve, verifaMock } from './processes.js'
import { record } from './recorder.js'
import { brokenRequests, validRequests } from './requests.js'

/** How long, in milliseconds, an answer may take: Prism is slow at first, and may not answer at all. */
const PATIENCE = 20_000
const cli = `${here}node_modules/@stoplight/prism-cli/dist/index.js`

export default async function () {
  const mock = await serve(verifaMock, '--port', '0', '--log-level', 'silent')
  const documents = Object.fromEntries(await Promise.all(casings.map(async casing => [casing, await writeDocument(casing)])))
  const recordThroughPrism = async (...options) => {
    const start = async casing => [casing, await serve(cli, 'proxy', documents[casing], mock, '--port', '0', ...options)]
    return record(Object.fromEntries(await Promise.all(casings.map(start))), mock)
  }

  const strict = await recordThroughPrism('--errors')
  for (const request of validRequests) await send(strict, request)
  const tolerant = await recordThroughPrism()
  for (const request of [...validRequests, ...brokenRequests]) await send(tolerant, request)

  const findings = [
    ...strict.exchanges.filter(({ text }) => text.includes('stoplight.io/prism')).map(exchange => describe('Prism answered in the place of the mock', exchange)),
    ...tolerant.exchanges.flatMap(disagreements),
    ...operationsWithoutSuccess(JSON.parse(await readFile(documents.snake, 'utf8')), strict.exchanges)
  ]
  if (findings.length > 0) throw new Error(findings.join('\n'))
  return `${strict.exchanges.length} valid requests pass Prism with --errors; of ${tolerant.exchanges.length}, broken ones among them, ` +
    'no answer breaks the document, and Prism finds fault with the requests that the mock does'
}

async function send ({ url }, { method, path, headers, body }) {
  const response = await fetch(url + path, { method, headers, signal: AbortSignal.timeout(PATIENCE), ...body !== undefined && { body } })
  await response.arrayBuffer()
}

/** The operations of the document that no request has called with success: of these nothing is proven. */
function operationsWithoutSuccess ({ paths }, exchanges) {
  return Object.entries(paths).flatMap(([path, methods]) => {
    const pattern = new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}(\\?|$)`)
    const isCalled = name => exchanges.some(({ method, url, status }) => method.toLowerCase() === name && pattern.test(url) && status < 300)
    return Object.keys(methods).filter(name => !isCalled(name)).map(name => `no valid request calls ${name} ${path}`)
  })
}

/** Where Prism and the mock are of two minds about a request, or Prism finds fault with an answer. */
function disagreements (exchange) {
  const { judged, status, violations } = exchange
  if (!judged) return []
  const [inRequest, inAnswer] = ['request', 'response'].map(part => violations.filter(({ location }) => location[0] === part))
  return [
    ...inAnswer.length > 0 ? [describe('the answer breaks the document', exchange)] : [],
    ...inRequest.length > 0 && status < 400 ? [describe('the mock accepts what the document forbids', exchange)] : [],
    ...inRequest.length === 0 && isMalformed(exchange) ? [describe('the mock refuses what the document allows', exchange)] : []
  ]
}

/** Whether the mock says that a request has the wrong form: its media type, or members of its headers, query and body. */
function isMalformed ({ status, text }) {
  return status === 415 || (status === 422 && Array.isArray(JSON.parse(text).detail))
}

function describe (what, { method, url, headers, body, status, text, violations }) {
  const { 'x-api-key': key, 'key-inflection': casing, 'content-type': type } = headers
  return `${what}: ${method} ${url} ${JSON.stringify({ key, casing, type })} ${body}\n  ${status} ${text.slice(0, 300)}\n  ${JSON.stringify(violations).slice(0, 600)}`
}
