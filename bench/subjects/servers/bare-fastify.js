import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Session } from '../../../dist/domain/sessions/session.js'
import { SessionUpdate } from '../../../dist/domain/sessions/update.js'

// the same copy of Fastify that the mock uses
const fastify = createRequire(new URL('../../../package.json', import.meta.url))('fastify')

const [port, level, sessionFile] = process.argv.slice(2)
const session = JSON.parse(readFileSync(sessionFile, 'utf8'))
const sessions = new Map([[session.id, session]])

// the mock's own JSON Schema keywords, which have no effect here
const app = fastify({ logger: { level }, ajv: { customOptions: { keywords: ['x-value-limits', 'x-examples'] } } })
app.patch('/sessions/:session_id', {
  schema: { body: SessionUpdate, response: { 200: Session } }
}, async ({ params }) => sessions.get(params.session_id))
await app.listen({ host: '127.0.0.1', port: Number(port) })
