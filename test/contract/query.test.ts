import { Type } from '@sinclair/typebox'
import t from 'tap'
import { compileQuery } from '../../src/contract/query.js'

const schema = Type.Object({ limit: Type.Optional(Type.Integer()), status: Type.Optional(Type.String()) })

t.test('a whole number is read as one, and everything else stays text', async t => {
  const read = compileQuery(schema)
  t.same(read({ limit: '10', status: '10' }), { limit: 10, status: '10' })
  for (const limit of ['', '1.5', '1e3', ' 1', '0x1', 'ten', ['1', '2']]) t.same(read({ limit }), { limit }, JSON.stringify(limit))
})

t.test('unknown parameters are left out, unless the schema forbids them', async t => {
  t.same(compileQuery(schema)({ page: '1' }), {})
  t.same(compileQuery({ ...schema, additionalProperties: false })({ page: '1' }), { page: '1' })
})
