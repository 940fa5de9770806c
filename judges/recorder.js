import { createServer } from 'node:http'
import { once } from 'node:events'

/**
 * Stands before the proxies: sends a request to the one whose document has the casing that the request asks for, and
 * writes down what the proxy found in it and in its answer.
 * @param proxies their URLs by casing
 * @param mock the URL of what the proxies stand before, for what they do not hand on
 */
export async function record (proxies, mock) {
  const exchanges = []
  const failures = []
  const handle = async (request, response) => {
    const { method, url, headers } = request
    const body = Buffer.concat(await request.toArray()).toString()
    const proxy = isForPrism(url, body) ? proxies[headers['key-inflection']] ?? proxies.snake : mock
    const answer = await fetch(proxy + url, {
      method,
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.includes(name))),
      ...body !== '' && { body }
    })
    const violations = JSON.parse(answer.headers.get('sl-violations') ?? '[]')
    const text = await answer.text()
    exchanges.push({ method, url, headers, body, status: answer.status, text, violations, judged: proxy !== mock })
    response.writeHead(answer.status, Object.fromEntries(Array.from(answer.headers).filter(([name]) => !hopByHop.includes(name) && name !== 'sl-violations')))
    response.end(text)
  }
  const server = createServer((request, response) => {
    handle(request, response).catch(error => {
      failures.push(`no answer to ${request.method} ${request.url} ${JSON.stringify(request.headers)}: ${error.message}, ${error.cause?.message}`)
      response.destroy()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  server.unref()
  return { url: `http://127.0.0.1:${server.address().port}`, exchanges, failures, close: () => server.close() }
}

const hopByHop = ['connection', 'content-length', 'host', 'keep-alive', 'transfer-encoding', 'content-encoding', 'expect']

/**
 * Whether Prism can hand a request on as it is. It parses bodies and writes them anew, so that what is no JSON does not come through, nor
 * white space or a number beyond a double; a text loses its quotes, and `null` and a path that cannot be decoded are never answered.
 */
function isForPrism (url, body) {
  try {
    decodeURIComponent(url)
    const value = body === '' ? {} : JSON.parse(body)
    return typeof value !== 'string' && value !== null && (body === '' || JSON.stringify(value) === body)
  } catch {
    return false
  }
}
