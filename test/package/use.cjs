const assert = require('node:assert/strict')
const { buildApp, OptionsError } = require('verifa-mock')

assert.throws(() => buildApp({ port: -1 }), OptionsError)
const app = buildApp({ logLevel: 'silent' })
app.inject('/_mock/health').then(async response => {
  assert.equal(response.statusCode, 200)
  await app.close()
})
