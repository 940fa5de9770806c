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
  const server = createServer(async (request, response) => {
    const { method, url, headers } = request
    const body = Buffer.concat(await request.toArray())
    const proxy = isReadable(body) ? proxies[headers['key-inflection']] ?? proxies.snake : mock
    const answer = await fetch(proxy + url, {
      method,
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.includes(name))),
      ...body.length > 0 && { body }
    })
    const violations = JSON.parse(answer.headers.get('sl-violations') ?? '[]')
    const text = await answer.text()
    exchanges.push({ method, url, headers, body: body.toString(), status: answer.status, text, violations, judged: proxy !== mock })
    response.writeHead(answer.status, Object.fromEntries(Array.from(answer.headers).filter(([name]) => !hopByHop.includes(name) && name !== 'sl-violations')))
    response.end(text)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  server.unref()
  return { url: `http://127.0.0.1:${server.address().port}`, exchanges, close: () => server.close() }
}

const hopByHop = ['connection', 'content-length', 'host', 'keep-alive', 'transfer-encoding', 'content-encoding', 'expect']

// Prism reads bodies itself: it answers what is no JSON with an error of its own, and `null` not at all
function isReadable (body) {
  try {
    return body.length === 0 || JSON.parse(body) !== null
  } catch {
    return false
  }
}
