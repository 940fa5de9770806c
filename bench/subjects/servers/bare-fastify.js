import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { newId } from '../../../dist/domain/new-id.js'
import { CreatedSession, SessionCreation } from '../../../dist/domain/sessions/create.js'
import { qrCodeDataUrl } from '../../../dist/domain/sessions/qr-code.js'
import { Session } from '../../../dist/domain/sessions/session.js'
import { SessionUpdate } from '../../../dist/domain/sessions/update.js'

// the same copy of Fastify that the mock uses
const fastify = createRequire(new URL('../../../package.json', import.meta.url))('fastify')

const [port, level, sessionFile] = process.argv.slice(2)
const session = JSON.parse(readFileSync(sessionFile, 'utf8'))
const sessions = new Map([[session.id, session]])

// the mock's own JSON Schema keywords, which have no effect here
const app = fastify({ logger: { level }, ajv: { customOptions: { keywords: ['x-value-limits', 'x-examples', 'x-takes'] } } })
app.patch('/sessions/:session_id', {
  schema: { body: SessionUpdate, response: { 200: Session } }
}, async ({ params }) => sessions.get(params.session_id))
app.get('/sessions/:session_id', {
  schema: { response: { 200: Session } }
}, async ({ params }) => sessions.get(params.session_id))
// with the same QR code, which takes most of the time
app.post('/sessions', {
  schema: { body: SessionCreation, response: { 201: CreatedSession } }
}, async ({ body }, reply) => {
  const id = newId('ses_')
  const captureUrl = `http://127.0.0.1:${port}/verify/${newId('cap_')}`
  const now = Date.now()
  const created = {
    id,
    status: 'pending',
    capture_url: captureUrl,
    is_sandbox: true,
    created_at: new Date(now).toISOString(),
    expires_at: new Date(now + 1_200_000).toISOString(),
    external_ref: body.external_ref ?? null,
    qr_code_data_url: qrCodeDataUrl(captureUrl),
    tags: []
  }
  sessions.set(id, created)
  reply.code(201)
  return created
})
await app.listen({ host: '127.0.0.1', port: Number(port) })
