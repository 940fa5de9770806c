import t from 'tap'
import { addTags, removeTags, setTags } from '../../src/domain/sessions/tags.js'
import { errorOf, NOW, session } from './examples.js'

const many = (count: number) => Array.from({ length: count }, (_, index) => `t${index}`)

const changes: [name: string, decide: typeof addTags, tags: string[], input: object, after: string[]][] = [
  ['a tag is added behind the others', addTags, ['a'], { tag: 'b' }, ['a', 'b']],
  ['several are added, each once', addTags, ['a'], { tags: ['c', 'a', 'b', 'c'] }, ['a', 'c', 'b']],
  ['upper and lower case differ', addTags, ['a'], { tag: 'A' }, ['a', 'A']],
  ['the 50th is added', addTags, many(49), { tag: 'x' }, [...many(49), 'x']],
  ['a tag is removed', removeTags, ['a', 'b', 'c'], { tag: 'b' }, ['a', 'c']],
  ['several are removed', removeTags, ['a', 'b', 'c'], { tags: ['c', 'x', 'a'] }, ['b']],
  ['all are replaced', setTags, ['a', 'b'], { tag: 'c' }, ['c']],
  ['all are replaced, duplicates are dropped', setTags, ['a', 'b'], { tags: ['c', 'b', 'c'] }, ['c', 'b']],
  ['the order is replaced', setTags, ['a', 'b'], { tags: ['b', 'a'] }, ['b', 'a']],
  ['all are removed', setTags, ['a'], { tags: [] }, []],
  ['the first 50 different ones are kept', setTags, [], { tags: ['t0', ...many(60)] }, many(50)]
]
for (const [name, decide, tags, input, after] of changes) {
  t.test(name, async t => {
    const before = session({ tags })
    const decision = decide(before, input, NOW + 1)
    const expected = { ...before, updated_at: '2026-03-01T12:00:00.001Z', tags: after }
    t.same(decision, {
      puts: { sessions: [expected] },
      events: [{ type: 'session.updated', session_id: 'ses_a', before, after: expected }],
      response: { status: 200, body: { id: 'ses_a', tags: after } }
    })
    t.same(before.tags, tags)
  })
}

const nothing: [name: string, decide: typeof addTags, tags: string[], input: object][] = [
  ['adding what is there', addTags, ['a', 'b'], { tags: ['b', 'a'] }],
  ['adding nothing', addTags, ['a'], { tags: [] }],
  ['adding what is there to more than 50', addTags, many(60), { tag: 't59' }],
  ['removing what is not there', removeTags, ['a'], { tag: 'A' }],
  ['setting what is set', setTags, ['a', 'b'], { tags: ['a', 'b', 'a'] }]
]
for (const [name, decide, tags, input] of nothing) {
  t.test(`${name} changes nothing`, async t => {
    t.same(decide(session({ tags }), input, NOW + 1), { events: [], response: { status: 200, body: { id: 'ses_a', tags } } })
  })
}

t.test('a 51st tag cannot be added', async t => {
  for (const [tags, input] of [[many(50), { tag: 'x' }], [[], { tags: many(51) }], [many(60), { tag: 'x' }]] as const) {
    t.match(await errorOf(t, () => addTags(session({ tags }), input, NOW)),
      { code: 'validation_error', statusCode: 422, detail: 'Session can have at most 50 tags.' })
  }
})

t.test('tags of a redacted session cannot be changed', async t => {
  const before = session({ retention_status: 'redacted', tags: many(50) })
  for (const decide of [addTags, removeTags, setTags]) {
    for (const input of [{ tag: 't1' }, { tag: 'x' }]) {
      t.match(await errorOf(t, () => decide(before, input, NOW)),
        { statusCode: 422, detail: 'Session has been redacted and cannot be updated.' })
    }
  }
})
