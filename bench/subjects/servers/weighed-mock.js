import { buildApp } from '../../../dist/index.js'

// what the first app of a process loads and compiles is not weighed
await buildApp({ logLevel: 'silent' }).ready()
const withoutApp = readHeap()

const [port, options] = process.argv.slice(2)
const app = buildApp({ logLevel: 'warn', ...JSON.parse(options) })
await app.listen({ host: '127.0.0.1', port: Number(port) })

process.on('message', () => process.send(readHeap() - withoutApp))
process.on('disconnect', () => process.exit())

/** How many bytes are held after a garbage collection. */
function readHeap () {
  globalThis.gc()
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
