import { text } from 'node:stream/consumers'
import type { Readable } from 'node:stream'
import { Type } from '@sinclair/typebox'
import t from 'tap'
import { PIECE, sendLong } from '../../src/control/send-long.js'
import { startApp } from '../helper.js'

const schema = Type.Object({
  first: Type.Array(Type.Object({ n: Type.Integer() })), second: Type.Optional(Type.Array(Type.String())), total: Type.Integer()
})

/** What is sent. */
function sentFor (body: object): unknown {
  let sent: unknown
  const reply = {
    type: () => reply,
    send: (payload: unknown) => {
      sent = payload
      return reply
    }
  }
  sendLong(reply as unknown as Parameters<typeof sendLong>[0], schema, body)
  return sent
}

const items = (length: number) => Array.from({ length }, (_, n) => ({ n }))

t.test('a body is sent as it is, unless it has a long list', t => {
  for (const body of [{ first: [], total: 0 }, { first: items(PIECE), second: [], total: 0 }]) t.equal(sentFor(body), body)
  t.end()
})

t.test('a long body is the JSON that it would be in one piece', async t => {
  for (const length of [PIECE + 1, 2 * PIECE, 2_500]) {
    for (const rest of [{}, { second: [] }, { second: ['ü', '"'] }]) {
      const body = { first: items(length), ...rest, total: 7 }
      t.equal(await text(sentFor(body) as Readable), JSON.stringify(body))
    }
  }
})

t.test('other things happen between the pieces of a long body', async t => {
  let turns = 0
  const count = () => {
    turns++
    timer = setImmediate(count)
  }
  let timer = setImmediate(count)
  await text(sentFor({ first: items(10 * PIECE), total: 0 }) as Readable)
  clearImmediate(timer)
  t.ok(turns >= 10, `${turns} turns of the event loop`)
})

t.test('many sessions are listed, saved, and restored', async t => {
  const app = startApp(t, { fixtures: [] })
  const ids = Array.from({ length: PIECE + 1 }, (_, index) => `ses_${index}`)
  const restore = async (payload: string | object) => (await app.inject({
    method: 'PUT', url: '/_mock/state', payload, headers: { 'content-type': 'application/json' }
  })).statusCode
  t.equal(await restore({ sessions: ids.map(id => ({ id })) }), 204)
  const list = await app.inject('/_mock/sessions')
  t.match([list.statusCode, list.headers['content-type']], [200, 'application/json; charset=utf-8'])
  const { data, total } = list.json<{ data: { id: string }[], total: number }>()
  t.same([data.map(({ id }) => id), total], [ids, PIECE + 1])
  t.equal(await restore((await app.inject('/_mock/state')).body), 204)
  t.same((await app.inject('/_mock/sessions')).json(), list.json())
})
