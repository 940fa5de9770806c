import { createHash } from 'node:crypto'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import t, { type Test } from 'tap'
import { allStored, errorOf, LIVE_KEY, SANDBOX_KEY, startApp, startLogged, stored } from '../helper.js'
import { lastEntry, send } from './requests.js'

// What a token does is tested in test/domain/capture.test.ts, and the page in a browser in test/long/browser.ts.

const form = 'application/x-www-form-urlencoded'
const json = 'application/json'

/** A session that the API has created, and the path of its page. */
async function create (app: FastifyInstance, body: object = {}, headers: Record<string, string> = {}) {
  const { id, capture_url: url } = (await send(app, 'POST /sessions', body, headers)).json<{ id: string, capture_url: string }>()
  return { id, path: new URL(url).pathname }
}

async function give (app: FastifyInstance, path: string, payload: string | object, type = json): Promise<LightMyRequestResponse> {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload)
  return app.inject({ method: 'POST', url: `${path}/sandbox-outcome`, payload: body, headers: { 'content-type': type } })
}

/** The session `ses_linked` with a one-time link whose token is `cap_link`. */
async function seedLinked (app: FastifyInstance): Promise<void> {
  const link = { id: 'lnk_1', capture_url: 'http://mock/verify/cap_link', status: 'active', expires_at: '2100-01-01T00:00:00Z', created_at: '2026-01-01T00:00:00Z' }
  const response = await send(app, 'POST /_mock/sessions', { id: 'ses_linked', links: [link] })
  if (response.statusCode !== 201) throw new Error(response.body)
}

async function linkStatus (app: FastifyInstance): Promise<string | undefined> {
  const [found] = await app.workspaces.shared.world.store.list('links')
  return found?.links[0]?.status
}

/** The text of an element of a page, which has no elements in it. */
function textOf ({ body }: LightMyRequestResponse, testId: string): string | undefined {
  return new RegExp(`data-testid="${testId}"[^>]*>([^<]*)<`).exec(body)?.[1]
}

/** Checks the headers that every page has. */
function isPage (t: Test, { headers, body }: LightMyRequestResponse): void {
  t.match(headers, {
    'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store',
    'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff'
  })
  const policy = String(headers['content-security-policy'])
  t.match(policy, /^default-src 'none'; style-src 'sha256-\S+'; form-action 'self'/)
  t.match(policy, /; frame-ancestors 'none'; base-uri 'none'$/)
  t.notMatch(policy, 'unsafe')
  const [, style = ''] = /<style>([^]*)<\/style>/.exec(body) ?? []
  t.ok(policy.includes(`'sha256-${createHash('sha256').update(style).digest('base64')}'`), 'the style sheet is the allowed one')
  t.notMatch(body, /<script|javascript:|\son\w+=|\sstyle=/i)
  t.match(body, /^<!doctype html>\n<html lang="en">/)
  t.match(body, /verifa-mock<\/strong>, not Verifa/)
  t.equal(headers['x-ratelimit-limit'], undefined)
}

t.test('the page', async t => {
  const app = startApp(t)

  t.test('names the session, makes it capturing, and is in the journal with that change', async t => {
    const { id, path } = await create(app, { external_ref: 'order-7', country: 'DE', checks: ['document', 'face_match'], workflow_id: 'wf_1' })
    const before = await stored(app, id)
    const response = await app.inject(path)
    t.equal(response.statusCode, 200)
    isPage(t, response)
    const shown = { 'session-id': id, 'status': 'capturing', 'environment': 'sandbox', 'external-ref': 'order-7', 'country': 'DE', 'checks': 'document, face_match', 'workflow-id': 'wf_1' }
    for (const [testId, text] of Object.entries(shown)) t.equal(textOf(response, testId), text)
    for (const name of ['approve', 'reject', 'needs-review']) t.ok(textOf(response, `outcome-${name}`))
    t.match(response.body, `<form method="post" action="./${path.slice('/verify/'.length)}/sandbox-outcome">`)
    const after = await stored(app, id)
    t.match(await lastEntry(app), {
      method: 'GET', path, operation: 'openCapture', session_id: id, api_key: null, status: 200, request: { body: null },
      response: { headers: { 'content-type': 'text/html; charset=utf-8' }, body: null },
      changes: [{ type: 'session.started', before, after }]
    })
    const again = await app.inject(path)
    t.equal(again.body, response.body)
    t.equal(await stored(app, id), after)
    t.same((await lastEntry(app)).changes, [])
  })

  t.test('a HEAD looks, and changes nothing', async t => {
    const { id, path } = await create(app)
    const response = await app.inject({ method: 'HEAD', url: path })
    t.equal(response.statusCode, 200)
    t.equal(response.body, '')
    t.match(response.headers, { 'content-type': 'text/html; charset=utf-8' })
    t.match(await stored(app, id), { status: 'pending' })
    t.equal((await app.inject({ method: 'HEAD', url: '/verify/nobody' })).statusCode, 404)
    await seedLinked(app)
    t.equal((await app.inject({ method: 'HEAD', url: '/verify/cap_link' })).statusCode, 200)
    t.equal(await linkStatus(app), 'active')
  })

  t.test('escapes what a session says', async t => {
    const evil = '"\'><img src=x onerror=alert(1)>&amp;'
    const { path } = await create(app, { external_ref: evil, checks: [evil], workflow_id: evil, country: '<"' })
    const response = await app.inject(path)
    t.notMatch(response.body, /<img/)
    t.equal(textOf(response, 'external-ref'), '&#34;&#39;&#62;&#60;img src=x onerror=alert(1)&#62;&#38;amp;')
    t.equal(textOf(response, 'country'), '&#60;&#34;')
  })

  t.test('is there for the live environment, and says so', async t => {
    const { path } = await create(app, {}, { 'x-api-key': LIVE_KEY })
    const response = await app.inject(path)
    t.equal(textOf(response, 'environment'), 'live')
    isPage(t, response)
  })

  t.test('is there for fixtures, by the last part of their capture URL', async t => {
    t.equal(textOf(await app.inject('/verify/ses_pending'), 'session-id'), 'ses_pending')
    await send(app, 'POST /_mock/sessions', { id: 'a "b"?', capture_url: 'https://capture.example/x%22?y' })
    const response = await app.inject(`/verify/${encodeURIComponent('a "b"?')}`)
    t.equal(response.statusCode, 410, 'the ID is a token of its own, which another has replaced')
    t.match(response.body, 'a &#34;b&#34;?')
  })

  t.test('a link that does not work says why, as a page', async t => {
    const { id, path } = await create(app)
    await send(app, `POST /sessions/${id}/resume`)
    const gone = await app.inject(path)
    t.equal(gone.statusCode, 410)
    isPage(t, gone)
    t.equal(textOf(gone, 'message'), 'Capture link has been replaced by a newer one.')
    t.equal(textOf(gone, 'session-id'), id)
    t.match(await lastEntry(app), { status: 410, session_id: id, operation: 'openCapture', response: { body: null }, changes: [] })
    t.equal(textOf(await app.inject('/verify/ses_completed'), 'message'), 'Session is completed and cannot be captured.')
    t.equal(textOf(await app.inject('/verify/ses_expired'), 'message'), 'Session is expired and cannot be captured.')

    const unknown = await app.inject('/verify/%3Cb%3E')
    t.equal(unknown.statusCode, 404)
    isPage(t, unknown)
    t.equal(textOf(unknown, 'message'), 'Capture link not found.')
    t.equal(textOf(unknown, 'session-id'), undefined)
    t.match(await lastEntry(app), { status: 404, session_id: null, operation: 'openCapture' })
  })

  t.test('a one-time link is redirected to a new token, once', async t => {
    const response = await app.inject({ url: '/verify/cap_link', headers: { host: 'mock.test' } })
    t.equal(response.statusCode, 303)
    t.equal(response.body, '')
    const { location } = response.headers
    t.match(location, /^cap_[0-9a-f]{20}$/)
    t.match(await lastEntry(app), { status: 303, response: { headers: { location }, body: null }, changes: [{ type: 'session.started' }] })
    t.equal((await stored(app, 'ses_linked')).capture_url, `http://mock.test/verify/${String(location)}`)
    t.equal(textOf(await app.inject(`/verify/${String(location)}`), 'session-id'), 'ses_linked')
    t.equal(textOf(await app.inject('/verify/cap_link'), 'message'), 'Capture link has been used. It works once.')
    t.equal(await linkStatus(app), 'consumed')
  })

  t.test('paths near it are a 404 that suggests it', async t => {
    for (const request of ['/verify', '/verify/a/b', { method: 'PUT', url: '/verify/a/sandbox-outcome' }] as (string | InjectOptions)[]) {
      t.match(errorOf(t, await app.inject(request as InjectOptions)).detail, /Nearest: .*\/verify\/\{token\}/)
    }
  })
})

t.test('an outcome', async t => {
  const app = startApp(t)

  t.test('is decided by JSON without an API key', async t => {
    for (const [outcome, status, event] of [
      ['approve', 'completed', 'session.approved'], ['reject', 'completed', 'session.declined'], ['needs_review', 'under_review', 'session.requires-review']
    ] as const) {
      const { id, path } = await create(app, { redirect_url: 'https://shop.example/done?order=7' })
      const response = await give(app, path, { outcome })
      t.equal(response.statusCode, 200)
      t.equal(response.body, `{"session_id":"${id}","status":"${status}","redirect_url":"https://shop.example/done?order=7&session_id=${id}&status=${status}"}`)
      t.match(response.headers, { 'content-type': 'application/json; charset=utf-8' })
      t.equal(response.headers['x-ratelimit-limit'], undefined)
      t.match(await lastEntry(app), {
        operation: 'sandboxOutcome', session_id: id, api_key: null, status: 200, request: { body: { outcome } }, response: { body: { session_id: id } },
        changes: [{ type: event, before: { status: 'pending' }, after: { status } }]
      })
      t.equal((await send(app, `GET /sessions/${id}/result`)).statusCode, 200)
    }
  })

  t.test('by a link that nobody has opened uses it up', async t => {
    await seedLinked(app)
    t.match((await give(app, '/verify/cap_link', { outcome: 'approve' })).json(), { session_id: 'ses_linked', status: 'completed' })
    t.equal(await linkStatus(app), 'consumed')
    t.match(await lastEntry(app), { changes: [{ type: 'session.approved', before: { status: 'pending' }, after: { capture_url: null } }] })
  })

  t.test('has the casing that is asked for, and null without redirect_url', async t => {
    const { id, path } = await create(app)
    const response = await app.inject({ method: 'POST', url: `${path}/sandbox-outcome`, payload: { outcome: 'approve' }, headers: { 'key-inflection': 'camel' } })
    t.equal(response.body, `{"sessionId":"${id}","status":"completed","redirectUrl":null}`)
  })

  t.test('by a form leads to redirect_url', async t => {
    const { id, path } = await create(app, { redirect_url: 'https://shop.example/done?order=7#end' })
    t.match((await app.inject(path)).headers['content-security-policy'], /form-action 'self' http: https:;/)
    const response = await give(app, path, 'outcome=needs_review', `${form}; charset=UTF-8`)
    t.equal(response.statusCode, 303)
    t.equal(response.headers.location, `https://shop.example/done?order=7&session_id=${id}&status=under_review#end`)
    t.match(await lastEntry(app), {
      status: 303, request: { body: { outcome: 'needs_review' } }, response: { headers: { location: response.headers.location }, body: null }
    })
  })

  t.test('by a form without redirect_url leads to a page that says so', async t => {
    const { id, path } = await create(app)
    t.match((await app.inject(path)).headers['content-security-policy'], /form-action 'self';/)
    t.match(await app.inject(`${path}/done`), { statusCode: 303, headers: { location: `../${path.slice('/verify/'.length)}` } }, 'not before')
    const response = await give(app, path, 'outcome=approve', form)
    t.match(response, { statusCode: 303, headers: { location: 'done' } })
    const done = await app.inject(`${path}/done`)
    t.equal(done.statusCode, 200)
    isPage(t, done)
    t.equal(textOf(done, 'session-id'), id)
    t.equal(textOf(done, 'status'), 'completed')
    t.match(await lastEntry(app), { operation: 'endCapture', session_id: id, changes: [] })
    t.equal((await app.inject('/verify/ses_expired/done')).statusCode, 303, 'an expired session has no outcome')
    t.equal((await app.inject('/verify/nobody/done')).statusCode, 404)
  })

  t.test('of another name is a 422: a problem in JSON, a page for a form', async t => {
    const { id, path } = await create(app)
    for (const body of [{}, { outcome: 'maybe' }, { outcome: null }, { outcome: 'approve', more: 1 }, 'null', '[]']) {
      const response = await give(app, path, body)
      t.equal(response.statusCode, 422)
      t.ok(Array.isArray(errorOf(t, response).detail))
    }
    t.match(errorOf(t, await give(app, path, { outcome: 'maybe' })).detail, [{ loc: ['body', 'outcome'], msg: 'must be one of: approve, reject, needs_review', type: 'enum' }])
    const page = await give(app, path, 'outcome=%3Cmaybe', form)
    t.equal(page.statusCode, 422)
    isPage(t, page)
    t.equal(textOf(page, 'message'), 'body.outcome must be one of: approve, reject, needs_review')
    t.match(page.body, `href="../${path.slice('/verify/'.length)}"`)
    t.equal((await give(app, path, '', form)).statusCode, 422)
    t.match(await stored(app, id), { status: 'pending' })
  })

  t.test('of a link that does not work is an error in JSON, or a page', async t => {
    const { path } = await create(app)
    await give(app, path, { outcome: 'approve' })
    t.same(errorOf(t, await give(app, path, { outcome: 'reject' })),
      { error: 'bad_request', detail: 'Session is completed and cannot be captured.', status_code: 410 })
    isPage(t, await give(app, path, 'outcome=reject', form))
    t.same(errorOf(t, await give(app, '/verify/nobody', { outcome: 'approve' })), { error: 'not_found', detail: 'Capture link not found.', status_code: 404 })
    t.equal(errorOf(t, await give(app, '/verify/nobody', '{')).status_code, 404, 'the token comes before the body')
  })

  t.test('in another content type is refused', async t => {
    const { path } = await create(app)
    t.equal(errorOf(t, await give(app, path, 'approve', 'text/plain')).status_code, 415)
    t.equal(errorOf(t, await give(app, path, '{', json)).status_code, 400)
    t.equal((await give(app, path, `outcome=${'x'.repeat(2 ** 20)}`, form)).statusCode, 413)
    t.equal(errorOf(t, await app.inject({ method: 'POST', url: '/sessions', payload: 'a=b', headers: { 'content-type': form, 'x-api-key': SANDBOX_KEY } })).status_code, 415,
      'only this route takes forms')
  })
})

t.test('unknown fields are ignored where the options say so', async t => {
  const app = startApp(t, { unknownFields: 'ignore' })
  const { path } = await create(app)
  t.equal((await give(app, path, { outcome: 'approve', more: 1 })).statusCode, 200)
})

t.test('publicUrl is where a new token leads to, and the page stays relative', async t => {
  const app = startApp(t, { publicUrl: 'https://mock.example/verifa' })
  await seedLinked(app)
  const { headers: { location } } = await app.inject('/verify/cap_link')
  t.equal((await stored(app, 'ses_linked')).capture_url, `https://mock.example/verifa/verify/${String(location)}`)
  t.match((await app.inject(`/verify/${String(location)}`)).body, `action="./${String(location)}/sandbox-outcome"`)
})

t.test('a token that has run out does not work any more', async t => {
  const app = startApp(t)
  await send(app, 'POST /_mock/clock', { freeze: true })
  const { path } = await create(app)
  await app.inject(path)
  await send(app, 'POST /_mock/clock', { advance: '20m' })
  t.equal(textOf(await app.inject(path), 'message'), 'Session is expired and cannot be captured.')
})

t.test('without the control plane there is a page all the same', async t => {
  const app = startApp(t, { control: false })
  const { id, path } = await create(app)
  t.equal((await app.inject(path)).statusCode, 200)
  t.equal((await give(app, path, { outcome: 'approve' })).statusCode, 200)
  t.match(await stored(app, id), { status: 'completed' })
})

t.test('with isolation a token is found in its workspace, and none is made to look for it', async t => {
  const app = startApp(t, { isolation: 'api-key' })
  const { id, path } = await create(app)
  const workspaces = [...app.workspaces.all()].length
  t.equal(textOf(await app.inject(path), 'session-id'), id)
  t.match((await send(app, `GET /sessions/${id}`)).json(), { status: 'capturing' })
  t.equal((await app.inject('/verify/nobody')).statusCode, 404)
  t.equal((await give(app, path, { outcome: 'approve' })).statusCode, 200)
  t.match((await send(app, `GET /sessions/${id}`)).json(), { status: 'completed' })
  t.equal([...app.workspaces.all()].length, workspaces)
  const { data } = (await app.inject({ url: '/_mock/requests', headers: { 'x-api-key': SANDBOX_KEY } })).json<{ data: { operation: string }[] }>()
  t.same(data.map(({ operation }) => operation), ['createSession', 'openCapture', 'getSession', 'sandboxOutcome', 'getSession'])
})

t.test('a request stays in the world in which it arrived', async t => {
  const app = startApp(t)
  const { shared } = app.workspaces
  const { id, path } = await create(app)
  const { world: { store } } = shared
  const transact = store.transact.bind(store)
  store.transact = async (reads, decide) => {
    const changes = await transact(reads, decide)
    await shared.reset()
    return changes
  }
  t.equal((await app.inject(path)).statusCode, 200)
  t.match((await store.list('sessions')).find(session => session.id === id), { status: 'capturing' })
  t.notOk((await allStored(app)).some(session => session.id === id))
  t.equal((await app.inject(path)).statusCode, 404, 'the token is gone')
})

t.test('the log has the requests, without a key', async t => {
  const { app, log } = startLogged(t)
  const { path } = await create(app)
  await app.inject(path)
  await give(app, path, { outcome: 'approve' })
  await app.inject(path)
  t.match(log().slice(-3), [
    { method: 'GET', url: path, status: 200, apiKey: undefined },
    { method: 'POST', url: `${path}/sandbox-outcome`, status: 200, apiKey: undefined },
    { method: 'GET', url: path, status: 410, error: 'bad_request', detail: 'Session is completed and cannot be captured.' }
  ])
})

t.test('an unexpected error is a page, and tells nothing', async t => {
  const { app, log } = startLogged(t)
  const { path } = await create(app)
  app.workspaces.shared.world.store.transact = async () => {
    throw new Error('secret')
  }
  const response = await app.inject(path)
  t.equal(response.statusCode, 500)
  isPage(t, response)
  t.equal(textOf(response, 'message'), 'Internal server error.')
  t.notMatch(response.body, /secret|href/)
  t.match(log().find(({ msg }) => msg === 'unexpected error'), { err: { message: 'secret' } })
})

t.test('the page of a fixture opens at its capture URL, whatever its ID is', async t => {
  const ids = ['ü /%?', '\ud800', 'ses_a#b']
  const app = startApp(t, { publicUrl: 'http://mock.example/base', fixtures: ids.map(id => ({ id })) })
  for (const { id, capture_url: url } of await allStored(app)) {
    const { pathname, search, hash } = new URL(String(url))
    t.equal(search + hash, '')
    const response = await app.inject(pathname.replace('/base', ''))
    t.equal(response.statusCode, 200, id)
    t.equal(textOf(response, 'status'), 'capturing')
  }
})
