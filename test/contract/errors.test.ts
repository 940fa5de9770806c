import fc from 'fast-check'
import t from 'tap'
import { ApiError, apiError, codeOf, errorBody, type Problem, validationError } from '../../src/contract/errors.js'
import { maskApiKey, maskApiKeysIn } from '../../src/contract/masking.js'
import { nearest } from '../../src/contract/nearest.js'

t.test('an error has a code, a status, a text and a body', async t => {
  const error = apiError('sessionNotFound', {}, { reason: 'no session has the ID x' })
  t.ok(error instanceof Error)
  const { name, code, statusCode, message, reason, headers } = error
  t.same([name, code, statusCode, message, reason, headers],
    ['ApiError', 'not_found', 404, 'Session not found.', 'no session has the ID x', {}])
  t.same(errorBody(error), { error: 'not_found', detail: 'Session not found.', status_code: 404 })
  t.same(new ApiError('e', 500, 'd', { headers: { 'retry-after': '1' } }).headers, { 'retry-after': '1' })
})

t.test('the words of a text are filled in, and a word that is not given stays', async t => {
  t.equal(apiError('bodyTooLarge', { limit: '10' }).detail, 'Request body is larger than 10 bytes.')
  t.equal(apiError('notImplemented', { method: 'GET' }).detail, 'verifa-mock does not mock GET {path}.')
  t.equal(apiError('missingScope', { scope: '$&{x}' }).detail, 'API key lacks the scope $&{x}.')
})

t.test('a 422 lists at most 100 problems, and says how many more there are', async t => {
  const problems = (count: number): Problem[] => Array.from({ length: count }, (_, index) => ({ loc: ['body', index], msg: 'is wrong', type: 'wrong' }))
  t.same(validationError(problems(100)).detail, problems(100))
  for (const [count, more] of [[101, '1 more problem'], [123, '23 more problems']] as const) {
    t.same(validationError(problems(count)).detail, [...problems(100), { loc: ['body'], msg: `has ${more}`, type: 'more_problems' }])
  }
  t.match(validationError(problems(2)), { code: 'validation_error', statusCode: 422, message: 'body.0 is wrong; body.1 is wrong' })
})

t.test('each status has a code', async t => {
  const codes = [400, 401, 403, 404, 409, 422, 429, 500, 501].map(codeOf)
  t.same(codes, ['bad_request', 'unauthorized', 'forbidden', 'not_found', 'conflict', 'validation_error', 'rate_limited', 'internal_error', 'not_implemented'])
  t.same([418, 503].map(codeOf), ['bad_request', 'internal_error'])
})

t.test('a masked API key has its prefix, and its last four characters when enough stays hidden', async t => {
  const masked = {
    'vk_live_90ab12cd34': 'vk_live_…cd34',
    'vk_sandbox_123456789': 'vk_sandbox_…6789',
    'vk_pub_sandbox_123456789': 'vk_pub_sandbox_…6789',
    'vk_live_12345678': 'vk_live_…',
    'vk_live_': 'vk_live_…',
    'something else': '…else',
    'short': '…'
  }
  t.same(Object.keys(masked).map(maskApiKey), Object.values(masked))
  t.same(Object.values(masked).map(maskApiKey), Object.values(masked), 'it can be masked again')
  t.same(['vk_live_…123456789', '…12345'].map(maskApiKey), ['vk_live_…6789', '…'], 'what only looks similar is masked')
})

t.test('API keys are masked in any text', async t => {
  const texts = {
    '/sessions/vk_live_90ab12cd34/x': '/sessions/vk_live_…cd34/x',
    '/x?a=vk_live_90ab12cd34&b=vk_pub_live_0123456789': '/x?a=vk_live_…cd34&b=vk_pub_live_…6789',
    '{"a":"vk_live_90ab12cd34","b":"vk_live_1\\n"}': '{"a":"vk_live_…cd34","b":"vk_live_…\\n"}',
    '/x?a%20b=%ff%zz&k=vk%5Flive%5f90ab12cd34&c=%41': '/x?a%20b=%ff%zz&k=vk_live_…cd34&c=%41',
    '/x?%76k_live_90ab%31%32cd34%26b': '/x?vk_live_…cd34%26b',
    '/é%20😀vk_live_90ab12cd34%0A': '/é%20😀vk_live_…cd34%0A',
    '/x/vk_live_90ab12cd34%1B[31m': '/x/vk_live_…cd34%1B[31m',
    'vk_test_90ab12cd34 vk_live_': 'vk_test_90ab12cd34 vk_live_'
  }
  t.same(Object.keys(texts).map(maskApiKeysIn), Object.values(texts))
})

const letter = fc.constantFrom(...Array.from('ABYZabyz0189_.~!$()*:@=-'))
const secret = fc.string({ unit: letter, minLength: 9, maxLength: 40 })
const prefix = fc.constantFrom('vk_live_', 'vk_sandbox_', 'vk_pub_live_', 'vk_pub_sandbox_')
const encode = (text: string, encoded: readonly boolean[]) => Array.from(text, (character, index) =>
  encoded[index % encoded.length] === true ? `%${character.charCodeAt(0).toString(16).padStart(2, '0')}` : character).join('')
const before = fc.oneof(fc.constant('/sessions/'), fc.string().map(text => `${text}"`), fc.string().map(text => `${encodeURIComponent(text)}=`))

t.test('no API key of nine or more characters is left, plain or percent-encoded', async () => {
  const encoded = fc.array(fc.boolean(), { minLength: 1 })
  const after = fc.oneof(fc.constantFrom('', '/', '?a=b', '&', '"', '%22', '%', '%zz'), fc.string().map(text => `&${text}`))
  fc.assert(fc.property(before, prefix, secret, encoded, after, (before, prefix, secret, encoded, after) => {
    const masked = maskApiKeysIn(before + encode(prefix + secret, encoded) + after)
    const bytes = masked.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    return !bytes.includes(prefix + secret) && !masked.includes(secret) && masked.includes('…')
  }), { numRuns: 500 })
})

t.test('what is masked stays as it is when it is masked again, and text without a key is not changed', async () => {
  const text = fc.array(fc.oneof(fc.string(), prefix, secret, fc.constantFrom('%', '%5F', 'vk', '%76k_live_', '…', '%2576'))).map(parts => parts.join(''))
  fc.assert(fc.property(text, text => maskApiKeysIn(maskApiKeysIn(text)) === maskApiKeysIn(text)), { numRuns: 1_000 })
  const other = fc.oneof(fc.string({ unit: 'binary' }), fc.string().map(encodeURIComponent), fc.string().map(text => `/x?${text}=%zz%41`))
  fc.assert(fc.property(other, text => text.includes('vk_') || maskApiKeysIn(text) === text))
})

t.test('a misspelled word suggests the nearest candidate', async t => {
  const candidates = ['port', 'host', 'fixtures', 'log-level', 'log-format']
  const suggestions: [word: string, suggested: string | undefined][] = [
    ['port', 'port'],
    ['prot', 'port'],
    ['ort', 'port'],
    ['portt', 'port'],
    ['fixtrues', 'fixtures'],
    ['fix', 'fixtures'],
    ['log-leval', 'log-level'],
    ['log', 'log-level'],
    ['po', undefined],
    ['verbose', undefined],
    ['', undefined]
  ]
  for (const [word, suggested] of suggestions) t.equal(nearest(word, candidates), suggested, `${word} suggests ${String(suggested)}`)
  t.equal(nearest('a', []), undefined)
})
