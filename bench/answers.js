import { request as httpRequest } from 'node:http'
import { isDeepStrictEqual } from 'node:util'
import { VoidRun } from './void-run.js'
import { requestOf } from './works.js'

// said here once more: what is checked must not come from what is checked
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

/** One request over a connection of its own. */
export async function ask (server, work, { path, headers, body } = requestOf(server, work)) {
  const number = text => text.replace(/\{\w+\}/g, '1')
  const words = Object.entries({ ...headers, 'Content-Length': Buffer.byteLength(body) })
  const options = { method: 'PATCH', agent: false, headers: Object.fromEntries(words.map(([name, value]) => [name, number(String(value))])) }
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${server.url}${number(path)}`, options, response => {
      let text = ''
      response.setEncoding('utf8').on('data', chunk => text += chunk).on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }))
    })
    request.on('error', error => reject(new VoidRun(`${server.subject.name} does not answer: ${error.message}`)))
    request.setTimeout(10_000, () => request.destroy(new Error('no answer within 10 s'))).end(body)
  })
}

/**
 * Whether a server does the work as it should; nothing is timed that does not.
 * @throws Error that says what is wrong
 */
export async function checkAnswer (server, work) {
  const request = requestOf(server, work)
  const answer = await ask(server, work, request)
  const expect = (fact, words) => {
    if (!fact) throw new Error(`${server.subject.name} ${words}: ${answer.status} ${answer.text.slice(0, 500)}`)
  }
  expect(answer.status === request.status, `should answer ${request.status}`)
  expect(answer.headers['content-type']?.startsWith('application/json'), 'should answer with JSON')
  const body = JSON.parse(answer.text)
  if (request.status !== 200) return

  const { inflects, replays } = server.subject
  const names = fields.map(inflect[inflects ? work.casing : 'snake'])
  expect(isDeepStrictEqual(Object.keys(body), names), 'should answer with a whole session, its fields in order and in the casing asked for')
  expect(body.id === request.path.split('/').at(-1).replace(/\{\w+\}/, '1'), 'should answer with the session asked for')
  expect(body.metadata.plan === 'gold', 'should answer with the metadata sent')
  if (work.key === undefined || !replays) return

  const again = await ask(server, work, request)
  expect(again.headers['idempotent-replayed'] === 'true' && again.text === answer.text, 'should replay its first answer')
  const other = await ask(server, work, { ...request, body: '{"metadata":{}}' })
  expect(other.status === 422, 'should refuse the same key with another body')
}
