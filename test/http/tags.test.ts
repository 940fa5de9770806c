import t from 'tap'
import type { Session } from '../../src/index.js'
import { errorOf, LIVE_KEY, startApp, stored } from '../helper.js'
import { keyOf, lastEntry, send, startWithScopes } from './requests.js'

const actions = [['add-tag', 'addTag'], ['remove-tag', 'removeTag'], ['set-tags', 'setTags']] as const

t.test('tags are added, removed and set', async t => {
  const app = startApp(t)
  const steps: [path: string, body: object, tags: string[]][] = [
    ['add-tag', { tag: 'vip' }, ['onboarding', 'vip']],
    ['add-tag', { tags: ['vip', 'x'] }, ['onboarding', 'vip', 'x']],
    ['remove-tag', { tag: 'vip' }, ['onboarding', 'x']],
    ['set-tags', { tags: ['b', 'a', 'b'] }, ['b', 'a']]
  ]
  for (const [path, body, tags] of steps) {
    for (const prefix of ['', '/api/v1']) {
      const response = await send(app, `POST ${prefix}/sessions/ses_pending/${path}`, body)
      t.equal(response.statusCode, 200)
      t.equal(response.body, JSON.stringify({ id: 'ses_pending', tags }))
      t.same((await stored(app, 'ses_pending')).tags, tags)
    }
  }
})

for (const [path, operation] of actions) {
  const what = `POST /sessions/ses_pending/${path}`

  t.test(`${operation}: a change is one event, and what changes nothing is none`, async t => {
    const app = startApp(t)
    const body = path === 'remove-tag' ? { tag: 'onboarding' } : { tag: 'new' }
    await send(app, what, body)
    const entry = await lastEntry(app)
    t.match(entry, { operation, session_id: 'ses_pending', changes: [{ type: 'session.updated', session_id: 'ses_pending' }] })
    const { before, after } = entry.changes[0] as { before: Session, after: Session }
    t.same(before.tags, ['onboarding'])
    t.same(after, await stored(app, 'ses_pending'))
    t.not(after.updated_at, before.updated_at)
    t.equal((await send(app, what, body)).statusCode, 200)
    t.same((await lastEntry(app)).changes, [])
    t.same(await stored(app, 'ses_pending'), after)
  })

  t.test(`${operation}: the same idempotency key is replayed`, async t => {
    const app = startApp(t)
    const [first, replay] = [await send(app, what, { tag: 'x' }, { 'idempotency-key': 'k' }), await send(app, what, { tag: 'x' }, { 'idempotency-key': 'k' })]
    t.equal(replay.body, first.body)
    t.equal(replay.headers['idempotent-replayed'], 'true')
    t.equal(errorOf(t, await send(app, what, { tag: 'y' }, { 'idempotency-key': 'k' })).error, 'idempotency_mismatch')
  })

  t.test(`${operation}: wrong bodies are a 422 that names the field`, async t => {
    const app = startApp(t)
    const before = await stored(app, 'ses_pending')
    const wrong: [body: object, problem: object][] = [
      [{}, { loc: ['body', 'tag'], msg: 'is required, or tags', type: 'missing' }],
      [{ tag: 'a', tags: ['b'] }, { loc: ['body', 'tags'], msg: 'cannot come together with tag', type: 'value_error' }],
      [{ tag: '' }, { loc: ['body', 'tag'], msg: 'must not be empty', type: 'string_too_short' }],
      [{ tag: null }, { loc: ['body', 'tag'], msg: 'must be a string', type: 'string_type' }],
      [{ tags: 'a' }, { loc: ['body', 'tags'], msg: 'must be a list', type: 'list_type' }],
      [{ tags: ['a', ''] }, { loc: ['body', 'tags', 1], msg: 'must not be empty', type: 'string_too_short' }],
      [{ tag: 'a', label: 'b' }, { loc: ['body', 'label'], msg: 'is not a field here; the fields are tag, tags', type: 'extra_forbidden' }]
    ]
    for (const [body, problem] of wrong) t.same(errorOf(t, await send(app, what, body)).detail, [problem], JSON.stringify(body))
    t.equal(errorOf(t, await send(app, what)).error, 'validation_error', 'no body')
    t.equal(await stored(app, 'ses_pending'), before)
  })

  t.test(`${operation}: a session that is not there, or redacted`, async t => {
    const app = startApp(t)
    for (const [id, key] of [['ses_none', undefined], ['ses_live_pending', undefined], ['ses_pending', LIVE_KEY]] as const) {
      const response = await send(app, `POST /sessions/${id}/${path}`, { tag: 'x' }, key === undefined ? {} : { 'x-api-key': key })
      t.same(errorOf(t, response), { error: 'not_found', detail: 'Session not found.', status_code: 404 })
    }
    t.same(errorOf(t, await send(app, `POST /sessions/ses_redacted/${path}`, { tag: 'x' })),
      { error: 'validation_error', detail: 'Session has been redacted and cannot be updated.', status_code: 422 })
  })

  t.test(`${operation}: needs the scope sessions:write`, async t => {
    const app = startWithScopes(t, ['sessions:write', 'sessions:read'])
    t.equal((await send(app, what, { tag: 'x' }, { 'x-api-key': keyOf('sessions:write') })).statusCode, 200)
    t.same(errorOf(t, await send(app, what, { tag: 'x' }, { 'x-api-key': keyOf('sessions:read') })).detail, 'API key lacks the scope sessions:write.')
  })
}

t.test('a 51st tag is a 422', async t => {
  const app = startApp(t)
  await send(app, 'POST /sessions/ses_pending/set-tags', { tags: Array.from({ length: 51 }, (_, index) => `t${index}`) })
  t.equal((await stored(app, 'ses_pending')).tags.length, 50)
  t.equal(errorOf(t, await send(app, 'POST /sessions/ses_pending/add-tag', { tag: 'x' })).detail, 'Session can have at most 50 tags.')
})
