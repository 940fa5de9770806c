import autocannon from 'autocannon'

const { url, method, path, headers, body, among, seconds, connections, limit, timeout } = JSON.parse(process.argv[2])
const key = headers['Idempotency-Key']
let count = 0

/** Fills in the same numbers in the path and in the idempotency key. */
function setupRequest (request) {
  count++
  const numbers = { count, next: (count - 1) % among + 1, random: 1 + Math.floor(Math.random() * among) }
  const fillIn = text => text.replace(/\{(\w+)\}/g, (_, name) => numbers[name])
  return { ...request, path: fillIn(path), headers: { ...headers, ...key !== undefined && { 'Idempotency-Key': fillIn(key) } } }
}

const isFixed = !/\{\w+\}/.test(`${path}${key}`)
const result = await autocannon({
  url: `${url}${isFixed ? path : ''}`,
  connections,
  timeout,
  ...limit === undefined ? { duration: seconds } : { amount: limit },
  requests: [{ method, headers, ...body !== undefined && { body }, ...isFixed ? { path } : { setupRequest } }]
})
console.log(JSON.stringify({
  requests: result.requests.total,
  seconds: result.duration,
  refused: result.non2xx,
  broken: result.errors + result.mismatches
}))
