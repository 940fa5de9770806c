import assert from 'node:assert/strict'
import { buildApp, version } from 'verifa-mock'

const app = buildApp({ logLevel: 'silent' })
const response = await app.inject({
  method: 'PATCH',
  url: '/sessions/ses_pending',
  headers: { 'x-api-key': 'vk_sandbox_test' },
  payload: { metadata: { plan: 'gold' } }
})
assert.equal(response.statusCode, 200)
assert.equal(response.json().metadata.plan, 'gold')
assert.match(version, /^\d+\.\d+\.\d+/)
await app.close()
