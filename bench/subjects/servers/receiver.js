import { createServer } from 'node:http'

// A receiver of webhooks on the port that it is given. With `hang` it responds to none. It counts those that it received: GET /count.
const [port, behavior] = process.argv.slice(2)
let count = 0

createServer((request, response) => {
  if (request.url === '/count') {
    response.end(String(count))
    return
  }
  request.resume().on('end', () => {
    count++
    if (behavior !== 'hang') response.end()
  })
}).listen(Number(port), '127.0.0.1')
