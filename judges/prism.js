// Prism between a client and the mock. With --errors it answers in the mock's place when a request or an answer breaks the
// document; without, it says so in a header and hands on what it has.
import { readFile } from 'node:fs/promises'
import { differences } from './differences.js'
import { casings, writeDocument } from './documents.js'
import { here, run, serve, verifaMock } from './processes.js'
import { record } from './recorder.js'
import { brokenRequests, validRequests } from './requests.js'

/** How long, in milliseconds, an answer may take: Prism is slow at first, and may not answer at all. */
const PATIENCE = 20_000
const cli = `${here}node_modules/@stoplight/prism-cli/dist/index.js`

export default async function () {
  const mock = await serve(verifaMock, '--port', '0', '--log-level', 'fatal')
  const documents = Object.fromEntries(await Promise.all(casings.map(async casing => [casing, await writeDocument(casing)])))
  const recordThroughPrism = async (...options) => {
    const start = async casing => [casing, await serve(cli, 'proxy', documents[casing], mock, '--port', '0', ...options)]
    return record(Object.fromEntries(await Promise.all(casings.map(start))), mock)
  }

  const strict = await recordThroughPrism('--errors')
  for (const request of validRequests) await send(strict, request)
  const tolerant = await recordThroughPrism()
  for (const request of [...validRequests, ...brokenRequests]) await send(tolerant, request)

  const drift = await conformance(`${tolerant.url}/api/v1`)

  const findings = [
    ...drift,
    ...strict.exchanges.filter(({ text }) => text.includes('stoplight.io/prism')).map(exchange => describe('Prism answered in the place of the mock', exchange)),
    ...disagreements(tolerant.exchanges),
    ...strict.failures,
    ...tolerant.failures,
    ...operationsWithoutSuccess(JSON.parse(await readFile(documents.snake, 'utf8')), strict.exchanges)
  ]
  if (findings.length > 0) throw new Error(findings.join('\n'))
  const { length } = tolerant.exchanges.filter(({ judged }) => judged)
  return `${strict.exchanges.length} valid requests pass Prism with --errors. Of ${length}, with broken ones and the conformance suite, no answer ` +
    `breaks the document, and Prism and the mock agree which requests do, with ${differences.length} exceptions`
}

/** The conformance suite, which sends much that is broken on purpose. @returns its report when it finds drift, in a list */
async function conformance (baseUrl) {
  const options = ['--base-url', baseUrl, '--api-key', 'vk_sandbox_test', '--session-id', 'ses_rich', '--json']
  const { cases, stopped } = JSON.parse(await run(verifaMock, 'conformance', ...options))
  const drifted = [...stopped === null ? [] : [stopped], ...cases.filter(({ drift }) => drift !== null)]
  return drifted.map(found => `conformance through Prism: ${JSON.stringify(found)}`)
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

/** Where Prism finds fault with an answer, and where Prism and the mock are of two minds about a request and it is not known why. */
function disagreements (exchanges) {
  const needed = new Set()
  const findings = exchanges.filter(({ judged }) => judged).flatMap(exchange => {
    const { status, text, violations } = exchange
    const { detail } = status === 422 ? JSON.parse(text) : {}
    const problems = Array.isArray(detail) ? detail : []
    const [inRequest, inAnswer] = ['request', 'response'].map(part => violations.some(({ location }) => location[0] === part))
    if (inAnswer) return [describe('the answer breaks the document', exchange)]
    // it has the wrong form when its media type is wrong, or members of its headers, query and body are
    const isRefused = status === 415 || problems.length > 0
    if (inRequest === isRefused || (inRequest && status >= 400)) return []
    const difference = differences.find(({ applies }) => applies({ ...exchange, problems }))
    needed.add(difference)
    return difference === undefined ? [describe(isRefused ? 'the mock refuses what Prism allows' : 'the mock accepts what Prism forbids', exchange)] : []
  })
  return [...findings, ...differences.filter(difference => !needed.has(difference)).map(({ why }) => `nothing needs the exception that ${why}`)]
}

function describe (what, { method, url, headers, body, status, text, violations }) {
  const { 'x-api-key': key, 'key-inflection': casing, 'content-type': type } = headers
  return `${what}: ${method} ${url} ${JSON.stringify({ key, casing, type })} ${body.slice(0, 200)}\n  ${status} ${text.slice(0, 300)}\n  ${JSON.stringify(violations).slice(0, 600)}`
}
