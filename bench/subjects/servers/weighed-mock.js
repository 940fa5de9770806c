import { buildApp } from '../../../dist/index.js'

// what a first app loads and compiles is there once in a process, and is not weighed
await buildApp({ logLevel: 'silent' }).ready()
const withoutApp = weigh()

const [port, given] = process.argv.slice(2)
const app = buildApp({ logLevel: 'warn', ...JSON.parse(given) })
await app.listen({ host: '127.0.0.1', port: Number(port) })

process.on('message', () => process.send(weigh() - withoutApp))
process.on('disconnect', () => process.exit())

/** The bytes that are still held after a garbage collection. */
function weigh () {
  globalThis.gc()
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
