import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { signWebhook, verifyWebhook, WebhookSignatureError } from '../../src/index.js'

const SECRET = 'whsec_0123456789abcdef0123456789abcdef'
const BODY = '{"event":"session.approved"}'
const T = 1_767_225_600

/** Checks that a signature is refused, for this reason. */
function refused (t: Test, reason: string, verify: () => unknown): void {
  const error = t.throws(verify, WebhookSignatureError) as unknown as WebhookSignatureError
  t.match(error, { name: 'WebhookSignatureError', reason })
}

t.test('a signature is that of the vendor\'s page: HMAC-SHA256 of time and raw body, with the whole secret as the key', async t => {
  t.equal(signWebhook(BODY, SECRET, { t: T }), `t=${T},v1=${createHmac('sha256', SECRET).update(`${T}.${BODY}`).digest('hex')}`)
  // made with: printf '1767225600.{"event":"session.approved"}' | openssl dgst -sha256 -hmac whsec_0123456789abcdef0123456789abcdef
  t.equal(signWebhook(BODY, SECRET, { t: T }), 't=1767225600,v1=e8506b84783ac790a24be9de9a834fa0bc61d884716f92b4d8bd148b110f437f')
  t.equal(signWebhook(Buffer.from(BODY), SECRET, { t: T }), signWebhook(BODY, SECRET, { t: T }))
})

t.test('what was signed is verified, and its body is returned', async t => {
  fc.assert(fc.property(fc.json(), fc.string({ minLength: 1 }), fc.nat(2 ** 31), (body, secret, t) => {
    const signature = signWebhook(body, secret, { t })
    return JSON.stringify(verifyWebhook(body, signature, secret, { now: t })) === JSON.stringify(JSON.parse(body)) &&
      JSON.stringify(verifyWebhook(Buffer.from(body), signature, secret, { now: t })) === JSON.stringify(JSON.parse(body))
  }))
  t.same(verifyWebhook(BODY, signWebhook(BODY, SECRET), SECRET), { event: 'session.approved' }, 'both take the time of the machine by default')
})

t.test('a signature is valid for five minutes, unless a test says otherwise', async t => {
  const signature = signWebhook(BODY, SECRET, { t: T })
  for (const now of [T - 300, T, T + 300]) t.ok(verifyWebhook(BODY, signature, SECRET, { now }))
  for (const now of [T - 301, T + 301]) refused(t, 'stale', () => verifyWebhook(BODY, signature, SECRET, { now }))
  t.ok(verifyWebhook(BODY, signature, SECRET, { now: T + 3_600, tolerance: 3_600 }))
  refused(t, 'stale', () => verifyWebhook(BODY, signature, SECRET, { now: T + 1, tolerance: 0 }))
})

t.test('any other signature is refused, with the reason', async t => {
  const signature = signWebhook(BODY, SECRET, { t: T })
  const verify = (body: string, value: string | string[] | null | undefined, secret = SECRET) =>
    () => verifyWebhook(body, value, secret, { now: T })
  for (const value of [undefined, null]) refused(t, 'missing', verify(BODY, value))
  for (const value of [
    '', 'x', signature.replace(',', ', '), signature.toUpperCase(), signature.slice(0, -1), `${signature}0`, `${signature},v1=0`, [signature, signature]
  ]) refused(t, 'malformed', verify(BODY, value))
  refused(t, 'mismatch', verify(`${BODY} `, signature))
  refused(t, 'mismatch', verify(BODY, signature, 'whsec_other'))
  refused(t, 'mismatch', verify(BODY, signature.replace(/^t=\d+/, `t=${T + 1}`)))
  refused(t, 'mismatch', verify(BODY, signature.replace(/^t=/, 't=0')))
  t.throws(verify('{', signWebhook('{', SECRET, { t: T })), SyntaxError)
})
