import { Type } from '@sinclair/typebox'
import type { InjectOptions } from 'fastify'
import t from 'tap'
import { completeSession } from '../../src/domain/fixtures/fixture.js'
import { operation } from '../../src/http/operation.js'
import type { JournalEntry } from '../../src/index.js'
import { errorOf, SANDBOX_KEY } from '../helper.js'
import { deleteNote, listNotes, note, startWith, writeNote } from './operations.js'

const url = '/sessions/ses_a/notes/n1'

t.test('the declaration of an operation makes its routes, in every casing of its body', async t => {
  const app = startWith(t, [writeNote])
  for (const prefix of ['', '/api/v1']) {
    for (const name of ['body_text', 'bodyText', 'body-text']) {
      const response = await app.inject({ method: 'POST', url: prefix + url, headers: { 'x-api-key': SANDBOX_KEY }, payload: { [name]: 'x' } })
      t.equal(response.statusCode, 201)
      t.same(response.json(), { ...note, body_text: 'x' })
      t.equal(response.headers['verifa-version'], '2026-01-01')
    }
  }
  const wrong = await app.inject({ method: 'POST', url, headers: { 'x-api-key': SANDBOX_KEY }, payload: { text: 'x' } })
  t.match(errorOf(t, wrong).detail, [{ loc: ['body', 'body_text'], type: 'missing' }, { loc: ['body', 'text'], msg: 'is not a field here; the fields are body_text' }])
})

t.test('a result has the casing that is asked for at any depth, in lists and maps, and user keys keep theirs', async t => {
  const app = startWith(t, [listNotes])
  const send = async (inflection: string) =>
    (await app.inject({ url: '/sessions/ses_a/notes?written_by=me', headers: { 'x-api-key': SANDBOX_KEY, 'key-inflection': inflection } })).json<object>()
  t.same(await send('snake'), { data: [note], next_page: 'newest' })
  t.same(await send('camel'), {
    data: [{
      noteId: 'n1',
      bodyText: 'snake_case text stays',
      writtenBy: { displayName: 'Ada', contact: { mailAddress: null } },
      labelsByName: { user_key: { labelColor: 'red' } }
    }],
    nextPage: 'newest'
  })
  t.match(await send('kebab'), { 'data': [{ 'written-by': { 'display-name': 'Ada' } }], 'next-page': 'newest' })
})

t.test('the query of an operation is checked, and nothing is coerced', async t => {
  const app = startWith(t, [listNotes])
  const send = async (query: string) => app.inject({ url: `/sessions/ses_a/notes${query}`, headers: { 'x-api-key': SANDBOX_KEY } })
  t.match((await send('?written_by=me&sort=oldest')).json(), { next_page: 'oldest' })
  t.match(errorOf(t, await send('?sort=best&page=1')).detail, [
    { loc: ['query', 'written_by'], msg: 'is required', type: 'missing' },
    { loc: ['query', 'page'], type: 'extra_forbidden' },
    { loc: ['query', 'sort'], msg: 'must be one of: newest, oldest', type: 'enum' }
  ])
})

t.test('an operation without a response body returns none, is replayed, and is in the journal', async t => {
  const app = startWith(t, [deleteNote])
  for (const replayed of [undefined, 'true']) {
    const response = await app.inject({ method: 'DELETE', url, headers: { 'x-api-key': SANDBOX_KEY, 'idempotency-key': 'k' } })
    t.equal(response.statusCode, 204)
    t.equal(response.body, '')
    t.equal(response.headers['idempotent-replayed'], replayed)
    t.notOk('content-type' in response.headers)
  }
  const entry = { operation: 'deleteNote', status: 204, response: { body: null } }
  const { data } = (await app.inject('/_mock/requests')).json<{ data: JournalEntry[] }>()
  t.match(data, [{ ...entry, replayed: false }, { ...entry, replayed: true }])
  t.notOk('content-type' in (data[0]?.response.headers ?? {}))
})

t.test('the idempotency claim has the operation, all path parameters and the body', async t => {
  const app = startWith(t, [writeNote, deleteNote])
  const send = async (given: Partial<InjectOptions> = {}) => app.inject({
    method: 'POST', url, payload: { body_text: 'x' }, headers: { 'x-api-key': SANDBOX_KEY, 'idempotency-key': 'k' }, ...given
  } as InjectOptions)
  const first = await send()
  const replay = await send()
  t.equal(replay.statusCode, 201, 'the status is replayed too')
  t.equal(replay.body, first.body)
  t.equal(replay.headers['idempotent-replayed'], 'true')
  const others: [reason: string, given: Partial<InjectOptions>][] = [
    ['path differs at session_id', { url: '/sessions/ses_b/notes/n1' }],
    ['path differs at note_id', { url: '/sessions/ses_a/notes/n2' }],
    ['body differs at body_text', { payload: { body_text: 'y' } }],
    ['key was first used for writeNote', { method: 'DELETE' }]
  ]
  for (const [reason, given] of others) {
    t.equal(errorOf(t, await send(given)).error, 'idempotency_mismatch', reason)
    const { data } = (await app.inject('/_mock/requests')).json<{ data: JournalEntry[] }>()
    t.equal(data.at(-1)?.reason, reason)
  }
})

t.test('an operation that reads takes no idempotency key', async t => {
  const app = startWith(t, [listNotes])
  const request = { url: '/sessions/ses_a/notes?written_by=me', headers: { 'x-api-key': SANDBOX_KEY, 'idempotency-key': 'x'.repeat(300) } }
  for (let times = 0; times < 2; times++) {
    const response = await app.inject(request)
    t.equal(response.statusCode, 200)
    t.notOk('idempotent-replayed' in response.headers)
  }
})

t.test('a 404 suggests the declared routes that come nearest', async t => {
  const app = startWith(t, [deleteNote, listNotes, writeNote])
  const nearest = async (method: 'GET' | 'POST', path: string) => errorOf(t, await app.inject({ method, url: path })).detail
  t.equal(await nearest('POST', '/api/v1/sessions/a/notes/b/c'), 'No route POST /api/v1/sessions/a/notes/b/c. Nearest: ' +
  'POST /sessions/{session_id}/notes/{note_id}, DELETE /sessions/{session_id}/notes/{note_id}, GET /sessions/{session_id}/notes. ' +
  'See GET /openapi.json.')
  t.match(await nearest('GET', '/session/a/notes'), /Nearest: GET \/sessions\/\{session_id\}\/notes, /)
})

t.test('faults name an operation by its ID', async t => {
  const app = startWith(t, [writeNote, deleteNote])
  const add = async (operation: string) =>
    app.inject({ method: 'POST', url: '/_mock/faults', payload: { match: { operation }, then: { status: 503 }, times: null } })
  t.equal((await add('deleteNote')).statusCode, 201)
  t.same(errorOf(t, await add('updateSession')).detail,
    [{ loc: ['body', 'match', 'operation'], msg: 'must be one of: writeNote, deleteNote', type: 'enum' }])
  const status = async (method: 'POST' | 'DELETE') =>
    (await app.inject({ method, url, headers: { 'x-api-key': SANDBOX_KEY }, ...(method === 'POST' && { payload: { body_text: 'x' } }) })).statusCode
  t.equal(await status('POST'), 201)
  t.equal(await status('DELETE'), 503)
})

t.test('a key needs the scope that the operation declares', async t => {
  const app = startWith(t, [{ ...writeNote, scopes: ['sessions:create', 'sessions:write'] }, deleteNote])
  const status = async (method: 'POST' | 'DELETE') => (await app.inject({
    method, url, headers: { 'x-api-key': 'vk_pub_sandbox_a' }, ...(method === 'POST' && { payload: { body_text: 'x' } })
  })).statusCode
  t.equal(await status('POST'), 201, 'publishable keys may create sessions')
  t.equal(await status('DELETE'), 403)
})

t.test('saved keys of any operation are restored with their results', async t => {
  const app = startWith(t, [writeNote, deleteNote, { ...deleteNote, id: 'deleteNotes', path: '/notes', params: Type.Object({}) }])
  const requests: InjectOptions[] = [
    { method: 'POST', url, payload: { body_text: 'x' }, headers: { 'x-api-key': SANDBOX_KEY, 'idempotency-key': 'a' } },
    { method: 'DELETE', url, headers: { 'x-api-key': SANDBOX_KEY, 'idempotency-key': 'b' } },
    { method: 'DELETE', url: '/notes', headers: { 'x-api-key': SANDBOX_KEY, 'idempotency-key': 'c' } }
  ]
  for (const request of requests) await app.inject(request)
  t.match((await app.inject('/_mock/idempotency-keys')).json(), { data: [{ session_id: 'ses_a' }, { session_id: 'ses_a' }, { session_id: null }] })
  const state = (await app.inject('/_mock/state')).json<object>()
  await app.inject({ method: 'POST', url: '/_mock/reset' })
  const restored = await app.inject({ method: 'PUT', url: '/_mock/state', payload: state })
  t.equal(restored.statusCode, 204, restored.body)
  for (const request of requests) t.equal((await app.inject(request)).headers['idempotent-replayed'], 'true')
})

t.test('a body can be optional, and can come in an envelope', async t => {
  const bodies: unknown[] = []
  const take = operation({
    ...writeNote,
    bodyOptional: true,
    bodyEnvelope: true,
    body: Type.Object({ body_text: Type.Optional(Type.String()) }, { $id: 'OptionalNote', additionalProperties: false }),
    decide: ({ body }) => {
      bodies.push(body)
      return { events: [], response: { status: 201, body: note } }
    }
  } as Parameters<typeof operation>[0])
  const app = startWith(t, [take])
  const send = async (payload?: object) =>
    app.inject({ method: 'POST', url, headers: { 'x-api-key': SANDBOX_KEY }, ...(payload && { payload }) })
  t.equal((await send()).statusCode, 201)
  t.equal((await send({ data: { type: 'note', attributes: { bodyText: 'x' } }, more: 1 })).statusCode, 201)
  t.same(bodies, [{}, { body_text: 'x' }])
  for (const payload of [{ data: {} }, { data: { attributes: 1 } }, { data: null }]) {
    t.match(errorOf(t, await send(payload)).detail, [{ loc: ['body', 'data'], type: 'extra_forbidden' }])
  }
})

t.test('an operation makes IDs, and URLs that begin where the client found the mock', async t => {
  const tell = operation({
    ...writeNote,
    decide: ({ newId, origin }) => ({ events: [], response: { status: 201, body: { ...note, note_id: newId('note_'), body_text: origin() } } })
  } as Parameters<typeof operation>[0])
  const send = async () => startWith(t, [tell]).inject({
    method: 'POST', url, headers: { 'x-api-key': SANDBOX_KEY, 'host': 'mock.test:4010' }, payload: { body_text: 'x' }
  })
  const [one, other] = [(await send()).json<typeof note>(), (await send()).json<typeof note>()]
  t.match(one, { note_id: /^note_[0-9a-f]{20}$/, body_text: 'http://mock.test:4010' })
  t.not(one.note_id, other.note_id)
})

t.test('an operation that creates a session has its ID in the journal', async t => {
  const created = { type: 'session.created', session_id: 'ses_new', before: null, after: completeSession({ id: 'ses_new' }, 0) } as const
  const create = operation({
    ...writeNote,
    path: '/notes',
    params: Type.Object({}),
    decide: () => ({ events: [created], response: { status: 201, body: note } })
  } as Parameters<typeof operation>[0])
  const app = startWith(t, [create])
  await app.inject({ method: 'POST', url: '/notes', headers: { 'x-api-key': SANDBOX_KEY }, payload: { body_text: 'x' } })
  const { data } = (await app.inject('/_mock/requests?session_id=ses_new')).json<{ data: JournalEntry[] }>()
  t.match(data, [{ session_id: 'ses_new', changes: [created] }])
})
