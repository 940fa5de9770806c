import { request as httpRequest } from 'node:http'
import { isDeepStrictEqual } from 'node:util'
import { InvalidRun } from './invalid-run.js'
import { requestOf } from './workloads.js'

// repeated here, because the expectation must not come from the code that is checked
const fields = [
  'id', 'status', 'is_sandbox', 'environment', 'created_at', 'updated_at', 'external_ref', 'metadata', 'country', 'checks',
  'workflow_id', 'document_type', 'retention_status', 'processing_attempts', 'consent_ip', 'capture_url', 'token_expires_at',
  'case_id', 'case_status', 'tags'
]

const inflect = {
  snake: name => name,
  camel: name => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase()),
  kebab: name => name.replaceAll('_', '-')
}

/** Sends one request over its own connection. @returns the status, the headers, and the text of the response */
export async function send (server, workload, { method, path, headers, body } = requestOf(server, workload)) {
  const fillIn = text => text.replace(/\{\w+\}/g, '1')
  const allHeaders = Object.entries({ ...headers, ...body !== undefined && { 'Content-Length': Buffer.byteLength(body) } })
  const options = { method, agent: false, headers: Object.fromEntries(allHeaders.map(([name, value]) => [name, fillIn(String(value))])) }
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${server.url}${fillIn(path)}`, options, response => {
      let text = ''
      response.setEncoding('utf8').on('data', chunk => text += chunk).on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }))
    })
    request.on('error', error => reject(new InvalidRun(`${server.subject.name} does not respond: ${error.message}`)))
    request.setTimeout(10_000, () => request.destroy(new Error('no response within 10 s'))).end(body)
  })
}

/**
 * Checks that a server responds to a workload as it should. Only then is it measured.
 * @throws Error that says what is wrong
 */
export async function checkResponse (server, workload) {
  const request = requestOf(server, workload)
  const response = await send(server, workload, request)
  const expect = (isTrue, expectation) => {
    if (!isTrue) throw new Error(`${server.subject.name} should ${expectation}: ${response.status} ${response.text.slice(0, 500)}`)
  }
  expect(response.status === (workload.responds === 'created' ? 201 : 200), 'respond with a success')
  expect(response.headers['content-type']?.startsWith('application/json'), 'respond with JSON')
  const body = JSON.parse(response.text)

  if (workload.responds === 'created') {
    expect(body.status === 'pending' && body.external_ref === 'order-1042', 'return the session that was created')
    expect(body.qr_code_data_url.startsWith('data:image/png;base64,'), 'return a QR code')
    return
  }
  if (workload.responds === 'list') {
    expect(body.data.length === 50 && body.data.every(session => isDeepStrictEqual(Object.keys(session), fields)), 'return 50 whole sessions')
    expect(body.pagination.total >= 50, 'say how many there are')
    return
  }

  const { inflects, replays } = server.subject
  const names = fields.map(inflect[inflects ? workload.casing : 'snake'])
  expect(isDeepStrictEqual(Object.keys(body), names), 'return a whole session, with its fields in order and in the requested casing')
  expect(body.id === request.path.split('/').at(-1).replace(/\{\w+\}/, '1'), 'return the requested session')
  if (workload.method === 'PATCH') expect(body.metadata.plan === 'gold', 'return the metadata that was sent')
  if (workload.key === undefined || !replays) return

  const again = await send(server, workload, request)
  expect(again.headers['idempotent-replayed'] === 'true' && again.text === response.text, 'replay its first response')
  const other = await send(server, workload, { ...request, body: '{"metadata":{}}' })
  expect(other.status === 422, 'refuse the same key with another body')
}
