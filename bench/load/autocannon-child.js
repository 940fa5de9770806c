import autocannon from 'autocannon'

const { url, path, headers, body, among, status, seconds, connections, limit, timeout } = JSON.parse(process.argv[2])
const key = headers['Idempotency-Key']
let count = 0

/** Numbers stand in the path and in the idempotency key, and mean the same in both. */
function setupRequest (request) {
  count++
  const numbers = { count, next: (count - 1) % among + 1, random: 1 + Math.floor(Math.random() * among) }
  const number = text => text.replace(/\{(\w+)\}/g, (_, name) => numbers[name])
  return { ...request, path: number(path), headers: { ...headers, ...key !== undefined && { 'Idempotency-Key': number(key) } } }
}

const isFixed = !/\{\w+\}/.test(`${path}${key}`)
const result = await autocannon({
  url: `${url}${isFixed ? path : ''}`,
  connections,
  timeout,
  ...limit === undefined ? { duration: seconds } : { amount: limit },
  requests: [{ method: 'PATCH', headers, body, ...isFixed ? { path } : { setupRequest } }]
})
console.log(JSON.stringify({
  requests: result.requests.total,
  seconds: result.duration,
  median: result.latency.p50,
  p99: result.latency.p99,
  refused: status < 400 ? result.non2xx : result['4xx'],
  broken: result.errors + result.mismatches
}))
