import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import type { Options } from '../../src/index.js'
import { errorOf, SANDBOX_KEY, startApp, startLogged } from '../helper.js'

const TOKEN = 'correct horse'
const wrongToken = { error: 'unauthorized', detail: 'Missing or wrong control token. Send it as Authorization: Bearer <token>.', status_code: 401 }

async function login (app: FastifyInstance, token: unknown = TOKEN, headers: Record<string, string> = {}) {
  return app.inject({ method: 'POST', url: '/_mock/login', payload: { token }, headers })
}

/** The cookie that a browser has after a login, and the attributes with which it was set. */
async function cookieOf (t: Test, app: FastifyInstance, token?: string): Promise<[cookie: string, ...attributes: string[]]> {
  const response = await login(app, token)
  t.equal(response.statusCode, 204)
  return String(response.headers['set-cookie']).split('; ') as [string, ...string[]]
}

t.test('a browser logs in with the token, and its cookie stands for it', async t => {
  const app = startApp(t, { controlToken: TOKEN })
  const [cookie, ...attributes] = await cookieOf(t, app)
  t.match(cookie, /^verifa_mock_[\da-f]{8}=[\w-]{43}$/)
  t.same(attributes, ['HttpOnly', 'SameSite=Strict'], 'for as long as the browser runs, and below /_mock, whatever comes before')
  for (const header of [cookie, `a=1; ${cookie}`, `${cookie};b=2`]) {
    t.equal((await app.inject({ url: '/_mock/clock', headers: { cookie: header } })).statusCode, 200, header)
  }
  t.equal((await app.inject({ url: '/_mock/clock', headers: { cookie, 'authorization': 'Bearer wrong', 'sec-fetch-site': 'same-origin' } })).statusCode, 200)
  t.equal((await app.inject({ url: '/_mock/clock', headers: { cookie: 'a=1', authorization: `Bearer ${TOKEN}` } })).statusCode, 200)
  const response = await app.inject({ method: 'POST', url: '/_mock/logout', headers: { cookie } })
  t.equal(response.statusCode, 204)
  t.equal(response.headers['set-cookie'], `${cookie.split('=')[0]}=; HttpOnly; SameSite=Strict; Max-Age=0`)
})

t.test('the cookie depends on the token alone, and the token does not stand in it', async t => {
  const cookies = async (options: Partial<Options>) => cookieOf(t, startApp(t, options), options.controlToken)
  const [cookie] = await cookies({ controlToken: TOKEN })
  t.same((await cookies({ controlToken: TOKEN, host: '0.0.0.0' }))[0], cookie, 'in every replica it is the same')
  const [otherName, otherValue] = (await cookies({ controlToken: 'other' }))[0].split('=')
  const [name, value] = cookie.split('=')
  t.not(otherName, name, 'two mocks on one host do not log each other out')
  t.not(otherValue, value)
  t.notMatch(Buffer.from(String(value), 'base64url').toString('latin1'), TOKEN)
})

for (const [publicUrl, isSecure] of [['https://mock.example/verifa', true], ['http://mock.example', false]] as const) {
  t.test(`at ${publicUrl} the cookie is ${isSecure ? '' : 'not '}for https alone`, async t => {
    const app = startApp(t, { controlToken: TOKEN, publicUrl })
    const [cookie, ...attributes] = await cookieOf(t, app)
    t.equal(attributes.includes('Secure'), isSecure)
    const response = await app.inject({ method: 'POST', url: '/_mock/logout', headers: { cookie } })
    t.equal(String(response.headers['set-cookie']).includes('; Secure'), isSecure)
  })
}

t.test('a token may have any characters', async t => {
  for (const controlToken of ['grün ✓ 🔑', 'a=b; Path=/, "%"', ' ', '\u0000\r\nSet-Cookie: a=b']) {
    const app = startApp(t, { controlToken })
    const [cookie] = await cookieOf(t, app, controlToken)
    t.match(cookie, /^verifa_mock_[\da-f]{8}=[\w-]{43}$/)
    t.equal((await app.inject({ url: '/_mock/clock', headers: { cookie } })).statusCode, 200)
    t.same(errorOf(t, await login(app, controlToken.slice(0, -1))), wrongToken)
  }
})

t.test('a wrong login gets no cookie', async t => {
  const app = startApp(t, { controlToken: TOKEN })
  for (const token of ['', 'wrong', `${TOKEN} `, TOKEN.toUpperCase(), 'x'.repeat(100_000)]) {
    const response = await login(app, token)
    t.same(errorOf(t, response), wrongToken)
    t.notOk('set-cookie' in response.headers)
  }
  for (const payload of [{}, { token: null }, { token: 7 }, { token: [TOKEN] }, { token: TOKEN, more: 1 }, []]) {
    const response = await app.inject({ method: 'POST', url: '/_mock/login', payload })
    t.equal(errorOf(t, response).error, 'validation_error', JSON.stringify(payload))
    t.notOk('set-cookie' in response.headers)
  }
  const send = async (payload: string, type?: string) =>
    (await app.inject({ method: 'POST', url: '/_mock/login', payload, headers: type === undefined ? {} : { 'content-type': type } })).statusCode
  const json = JSON.stringify({ token: TOKEN })
  t.equal(await send(json), 415)
  t.equal(await send(json, 'text/plain'), 415)
  t.equal(await send(`token=${TOKEN}`, 'application/x-www-form-urlencoded'), 415, 'what a form of any page can send')
  t.equal(await send('', 'application/json'), 422)
  t.equal(await send(json, 'application/json; charset=utf-8'), 204)
  for (const path of ['login', 'logout']) {
    t.match(errorOf(t, await app.inject(`/_mock/${path}`)), { error: 'not_found', detail: new RegExp(`^No route GET /_mock/${path}\\. Nearest: POST /_mock/${path},`) })
  }
})

t.test('without a control token nobody has to log in', async t => {
  const app = startApp(t, {})
  for (const response of [await login(app, 'any'), await app.inject({ method: 'POST', url: '/_mock/logout', headers: { cookie: 'a=b' } })]) {
    t.equal(response.statusCode, 204)
    t.notOk('set-cookie' in response.headers)
  }
})

t.test('who is not logged in is told no cookie by a logout', async t => {
  const app = startApp(t, { controlToken: TOKEN })
  const [name] = (await cookieOf(t, app))[0].split('=')
  for (const headers of [{}, { cookie: `${name}=wrong` }, { authorization: `Bearer ${TOKEN}` }]) {
    const response = await app.inject({ method: 'POST', url: '/_mock/logout', headers })
    t.equal(response.statusCode, 204)
    t.notOk('set-cookie' in response.headers)
  }
})

t.test('no attack gets in', async t => {
  const app = startApp(t, { controlToken: TOKEN })
  const [cookie] = await cookieOf(t, app)
  const [name, value] = cookie.split('=') as [string, string]
  const [foreign] = await cookieOf(t, startApp(t, { controlToken: 'other' }), 'other')
  const host = 'localhost:4010'
  const attacks: Record<string, [status: number, headers: Record<string, string>]> = {
    'a name that points here': [403, { cookie, host: 'evil.example:4010' }],
    'a sandboxed frame': [403, { cookie, host, origin: 'null' }],
    'a page on another port': [403, { cookie, host, origin: 'http://localhost:3000' }],
    'the same, which does not say so': [403, { cookie, host, 'sec-fetch-site': 'same-site' }],
    'a picture in a page of another site': [403, { cookie, host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    'a page of another site that knows the token': [403, { 'authorization': `Bearer ${TOKEN}`, host, 'sec-fetch-site': 'cross-site' }],
    'no cookie': [401, {}],
    'the cookie of another mock': [401, { cookie: foreign }],
    'its value below this name': [401, { cookie: `${name}=${foreign.split('=')[1]}` }],
    'the value below another name': [401, { cookie: `session=${value}` }],
    'the name in capitals': [401, { cookie: `${name.toUpperCase()}=${value}` }],
    'the name alone': [401, { cookie: name }],
    'an empty value': [401, { cookie: `${name}=` }],
    'a part of the value': [401, { cookie: cookie.slice(0, -1) }],
    'more than the value': [401, { cookie: `${cookie}A` }],
    'the token as value': [401, { cookie: `${name}=${TOKEN}` }],
    'a value in quotes': [401, { cookie: `${name}="${value}"` }],
    'a value with percent signs': [401, { cookie: `${name}=%E0%A4%A; %=%` }],
    'the encoded value': [401, { cookie: `${name}=${value.replace(/^./, first => `%${first.charCodeAt(0).toString(16)}`)}` }],
    'a very long cookie': [401, { cookie: `${name}=${'x'.repeat(1_000_000)}` }],
    'very many cookies': [401, { cookie: `${name}=x;`.repeat(10_000) }],
    'only separators': [401, { cookie: ';=;;==; ;' }],
    'a name of every object': [401, { cookie: '__proto__=1; constructor=2' }],
    'the cookie in another header': [401, { 'authorization': `Bearer ${value}`, 'set-cookie': cookie, 'x-cookie': cookie }]
  }
  for (const [attack, [status, headers]] of Object.entries(attacks)) {
    for (const path of ['/_mock/clock', '/_mock/state']) {
      const response = await app.inject({ url: path, headers })
      t.equal(errorOf(t, response).status_code, status, attack)
    }
  }
  t.equal((await app.inject({ url: '/_mock/clock', headers: { cookie: `${name}=tossed; ${cookie}` } })).statusCode, 200,
    'a second cookie of that name, set by a page on another port, does not lock anybody out')
  for (const path of ['login', 'logout']) {
    for (const [attack, headers] of Object.entries({
      Host: { host: 'evil.example' }, Origin: { origin: 'http://localhost:3000' }, site: { 'sec-fetch-site': 'same-site' }
    })) {
      const response = await app.inject({ method: 'POST', url: `/_mock/${path}`, payload: { token: TOKEN }, headers: { cookie, ...headers } })
      t.equal(errorOf(t, response).status_code, 403, `${path}: ${attack}`)
      t.notOk('set-cookie' in response.headers)
    }
  }
})

t.test('neither the token nor the cookie is in the log, the journal or an error', async t => {
  const controlToken = 'hunter2'
  const { app, lines } = startLogged(t, { controlToken })
  const [cookie] = await cookieOf(t, app, controlToken)
  const texts: string[] = []
  const ask = async (method: 'GET' | 'POST', url: string, headers: Record<string, string>, payload?: string) => {
    texts.push((await app.inject({ method, url, headers, ...(payload !== undefined && { payload }) })).body)
  }
  const type = { 'content-type': 'application/json' }
  await ask('GET', '/_mock/clock', { cookie })
  await ask('GET', '/_mock/clock', { cookie: `${cookie}A` })
  await ask('GET', '/_mock/clock', { cookie, 'sec-fetch-site': 'same-site' })
  await ask('GET', '/_mock/nowhere', { cookie })
  await ask('POST', '/_mock/faults', { cookie, ...type }, '{')
  await ask('GET', '/sessions/ses_pending', { cookie, 'x-api-key': SANDBOX_KEY })
  await ask('GET', '/nowhere', { cookie })
  for (const body of [`{"token":${controlToken}}`, controlToken, `{"token":"${controlToken}"`, `{"token":["${controlToken}"]}`]) await ask('POST', '/_mock/login', type, body)
  await ask('GET', '/_mock/requests', { cookie })
  await ask('POST', '/_mock/logout', { cookie })
  t.match(texts.at(-2), '"cookie":"…"')
  const [, value] = cookie.split('=') as [string, string]
  for (const secret of [value, controlToken]) {
    t.notOk(texts.concat(lines).some(text => text.includes(secret)), secret)
  }
  t.match(lines.join(''), '"reason":"body is not valid JSON')
})
