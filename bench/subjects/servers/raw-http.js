import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const [port, sessionFile] = process.argv.slice(2)
const session = JSON.parse(readFileSync(sessionFile, 'utf8'))

createServer((request, response) => {
  const chunks = []
  request.on('data', chunk => chunks.push(chunk))
  request.on('end', () => {
    const { metadata } = JSON.parse(Buffer.concat(chunks).toString())
    const body = JSON.stringify({ ...session, metadata })
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) }).end(body)
  })
}).listen(Number(port), '127.0.0.1')
