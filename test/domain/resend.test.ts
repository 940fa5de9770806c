import t from 'tap'
import { ApiKeys, digestOf } from '../../src/domain/api-keys.js'
import { maskHeaders } from '../../src/domain/journal/entry.js'
import { requestToResend } from '../../src/domain/journal/resend.js'
import { errorOf } from './examples.js'
import { exchange, KEY } from './exchanges.js'

// How a request is sent again whose secrets the journal does not keep. test/control/resend.test.ts has everything else.

const secrets = { 'authorization': 'Bearer t', 'cookie': 'c', 'proxy-authorization': 'p' }
const requestHeaders = maskHeaders({ 'x-api-key': KEY, 'accept': '*/*', 'x-text': 'ü', ...secrets })
const masked = exchange({ id: 7, method: 'GET', requestHeaders, apiKeyDigest: digestOf(KEY) })

t.test('it has the whole API key, and no header that is masked', async t => {
  const request = requestToResend(masked, {}, digest => digest === digestOf(KEY) ? KEY : undefined)
  t.same(request, { method: 'GET', url: '/sessions/ses_a', headers: { 'x-api-key': KEY, 'accept': '*/*', 'x-text': 'ü' }, payload: undefined })
  t.equal(masked.requestHeaders['x-api-key'], 'vk_live_…cd34', 'the exchange stays as it is')
})

t.test('without an API key no key is looked for, and masked headers are left out too', async t => {
  const unkeyed = exchange({ requestHeaders: maskHeaders({ accept: '*/*', ...secrets }) })
  t.same(requestToResend(unkeyed, {}, () => KEY).headers, { accept: '*/*' })
})

t.test('headers that the journal keeps whole are sent whole', async t => {
  const headers = { 'x-api-key': KEY, ...secrets }
  t.same(requestToResend(exchange({ requestHeaders: headers }), {}, () => undefined).headers, headers)
})

t.test('another idempotency key that looks masked is sent', async t => {
  const { headers } = requestToResend(masked, { idempotency_key: '…' }, () => KEY)
  t.equal(Buffer.from(String(headers['idempotency-key']), 'latin1').toString(), '…')
})

t.test('an API key that is not known is a 409', async t => {
  t.match(await errorOf(t, () => requestToResend(masked, {}, () => undefined)), {
    statusCode: 409, code: 'conflict', message: 'Request 7 cannot be sent again: this replica does not know its API key.'
  })
})

t.test('an API key is known by its digest when it is listed or was used', async t => {
  const open = new ApiKeys([])
  t.equal(open.keyOf(digestOf(KEY)), undefined)
  const apiKey = open.find(KEY)
  t.equal(apiKey?.digest, digestOf(KEY))
  t.equal(open.keyOf(digestOf(KEY)), KEY)
  open.find('nonsense')
  t.equal(open.keyOf(digestOf('nonsense')), undefined)
  const listing = new ApiKeys(['vk_live_1=sessions:read', KEY])
  t.same(['vk_live_1', KEY, 'vk_live_2'].map(key => listing.keyOf(digestOf(key))), ['vk_live_1', KEY, undefined])
})
