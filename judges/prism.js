// Prism as a proxy between a client and the mock. With --errors it responds itself when a request or a response violates the document.
// Without, it lists the violations in a header and forwards both.
import { readFile } from 'node:fs/promises'
import { differences } from './differences.js'
import { casings, writeDocument } from './documents.js'
import { here, run, serve, verifaMock } from './processes.js'
import { record } from './recorder.js'
import { invalidRequests, validRequests } from './requests.js'

/** How long a response may take, in milliseconds. Prism is slow at first, and sometimes does not respond. */
const TIMEOUT = 20_000
/** Cases of the conformance suite that a proxy cannot carry, and why. */
const notThroughPrism = {
  'a 422 lists at most 100 problems and says how many more there are': 'Prism lists the violations in a header, and fails when it gets too long',
  'a header that is sent twice is a 422 that names it': 'Prism joins headers that are sent twice'
}
const cli = `${here}node_modules/@stoplight/prism-cli/dist/index.js`

export default async function () {
  const mock = await serve(verifaMock, '--port', '0', '--log-level', 'fatal', '--webhook-url', 'http://127.0.0.1:9/hook')
  const documents = Object.fromEntries(await Promise.all(casings.map(async casing => [casing, await writeDocument(casing)])))
  const recordThroughPrism = async (...options) => {
    const start = async casing => [casing, await serve(cli, 'proxy', documents[casing], mock, '--port', '0', ...options)]
    return record(Object.fromEntries(await Promise.all(casings.map(start))), mock)
  }

  const strict = await recordThroughPrism('--errors')
  for (const request of validRequests) await send(strict, request)
  const tolerant = await recordThroughPrism()
  for (const request of [...validRequests, ...invalidRequests]) await send(tolerant, request)

  const drift = await runConformance(`${tolerant.url}/api/v1`)

  const findings = [
    ...drift,
    ...strict.exchanges.filter(({ text }) => text.includes('stoplight.io/prism')).map(exchange => describe('Prism responded instead of the mock', exchange)),
    ...disagreements(tolerant.exchanges),
    ...strict.failures,
    ...tolerant.failures.filter(failure => !failure.includes('"Too many v"')),
    ...operationsWithoutSuccess(JSON.parse(await readFile(documents.snake, 'utf8')), strict.exchanges)
  ]
  if (findings.length > 0) throw new Error(findings.join('\n'))
  const { length } = tolerant.exchanges.filter(({ judged }) => judged)
  return `${strict.exchanges.length} valid requests pass Prism with --errors. Of ${length} requests, with invalid ones and the conformance suite, no ` +
    `response violates the document, and Prism and the mock agree which requests do, with ${differences.length} exceptions`
}

/** Runs the conformance suite, which sends many invalid requests. @returns a list of the drift that it finds */
async function runConformance (baseUrl) {
  const options = ['--base-url', baseUrl, '--api-key', 'vk_sandbox_test', '--session-id', 'ses_rich', '--json']
  const { cases, stopped } = JSON.parse(await run(verifaMock, 'conformance', ...options))
  const drifted = [...stopped === null ? [] : [stopped], ...cases.filter(({ name, drift }) => drift !== null && !(name in notThroughPrism))]
  return drifted.map(found => `conformance through Prism: ${JSON.stringify(found)}`)
}

async function send ({ url }, { method, path, headers, body }) {
  const response = await fetch(url + path, { method, headers, signal: AbortSignal.timeout(TIMEOUT), ...body !== undefined && { body } })
  await response.arrayBuffer()
}

/** The operations of the document that no request has called successfully, and that are therefore not checked. */
function operationsWithoutSuccess ({ paths }, exchanges) {
  return Object.entries(paths).flatMap(([path, methods]) => {
    const pattern = new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}(\\?|$)`)
    const isCalled = name => exchanges.some(({ method, url, status }) => method.toLowerCase() === name && pattern.test(url) && status < 300)
    return Object.keys(methods).filter(name => !isCalled(name)).map(name => `no valid request calls ${name} ${path}`)
  })
}

/** The responses that violate the document, and the requests about which Prism and the mock disagree for no known reason. */
function disagreements (exchanges) {
  const needed = new Set()
  const findings = exchanges.filter(({ judged }) => judged).flatMap(exchange => {
    const { status, text, violations } = exchange
    const { detail } = status === 422 ? JSON.parse(text) : {}
    const problems = Array.isArray(detail) ? detail : []
    const [inRequest, inResponse] = ['request', 'response'].map(part => violations.some(({ location }) => location[0] === part))
    if (inResponse) return [describe('the response violates the document', exchange)]
    // malformed: the media type is wrong, or fields of the headers, query, or body are
    const isRefused = status === 415 || problems.length > 0
    if (inRequest === isRefused || (inRequest && status >= 400)) return []
    const difference = differences.find(({ applies }) => applies({ ...exchange, problems }))
    needed.add(difference)
    return difference === undefined ? [describe(isRefused ? 'the mock refuses what Prism allows' : 'the mock accepts what Prism forbids', exchange)] : []
  })
  return [...findings, ...differences.filter(difference => !needed.has(difference)).map(({ why }) => `an exception applies to no request: ${why}`)]
}

function describe (what, { method, url, headers, body, status, text, violations }) {
  const { 'x-api-key': key, 'key-inflection': casing, 'content-type': type } = headers
  return `${what}: ${method} ${url} ${JSON.stringify({ key, casing, type })} ${body.slice(0, 200)}\n  ${status} ${text.slice(0, 300)}\n  ${JSON.stringify(violations).slice(0, 600)}`
}
