import type { Case } from '../case.js'
import { error, problemsAt } from '../expectations/errors.js'
import { field, fields, fieldsInOrder, noOtherFields } from '../expectations/fields.js'
import { ofKinds, string, strings } from '../expectations/kinds.js'
import { sameJsonAs, status, success } from '../expectations/response.js'
import { refusals } from './refusals.js'
import { createSession, get, post } from './requests.js'

const names = ['id', 'tags']
const invalid = error(422, 'validation_error')
const has = (...tags: string[]) => [success, fields({ tags })]
const tag = (action: string, body: object, expect: Case['steps'][number]['expect'] = [success]) => post(`/sessions/{sid}/${action}`, body, { expect })
const many = (count: number) => Array.from({ length: count }, (_, index) => `tag ${index}`)

/** The tags of a session. */
export const tags: readonly Case[] = [
  {
    name: 'one tag and several tags can be added, and one that is there does nothing',
    mark: 'DOC',
    says: 'tag or tags → {"id","tags"}. Adding one that is there does nothing.',
    steps: [
      createSession(),
      tag('add-tag', { tag: '{own}' }, [status(200), fieldsInOrder(names), ofKinds([['id', string], ['tags', strings]]), fields({ id: '{sid}', tags: ['{own}'] })]),
      tag('add-tag', { tags: ['{own}_b', 'ä 🦊'] }, has('{own}', '{own}_b', 'ä 🦊')),
      tag('add-tag', { tag: '{own}_b' }, has('{own}', '{own}_b', 'ä 🦊')),
      get('/sessions/{sid}', { expect: has('{own}', '{own}_b', 'ä 🦊') })
    ]
  },
  {
    name: 'tags can be removed, and one that is not there does nothing',
    mark: 'DOC',
    says: 'Removing one that is not there does nothing.',
    steps: [
      createSession(),
      tag('add-tag', { tags: ['a', 'b', 'c', 'd'] }),
      tag('remove-tag', { tag: 'b' }, has('a', 'c', 'd')),
      tag('remove-tag', { tags: ['d', 'a', 'none'] }, has('c')),
      get('/sessions/{sid}', { expect: has('c') })
    ]
  },
  {
    name: 'set replaces all tags, drops duplicates, and caps at 50',
    mark: 'DOC',
    says: 'Set replaces all, drops duplicates, caps at 50.',
    steps: [
      createSession(),
      tag('add-tag', { tag: 'old' }),
      tag('set-tags', { tags: ['a', 'b', 'a'] }, has('a', 'b')),
      tag('set-tags', { tags: many(60) }, [success, field('tags', 'a list of 50', tags => Array.isArray(tags) && tags.length === 50)]),
      tag('set-tags', { tags: [] }, has()),
      get('/sessions/{sid}', { expect: has() })
    ]
  },
  {
    name: 'set keeps the first 50 tags, and adding a 51st is a 422',
    mark: 'DECIDED',
    says: 'Set keeps the first 50; adding a 51st is a 422.',
    steps: [
      createSession(),
      tag('set-tags', { tags: ['tag 0', ...many(60)] }, has(...many(50))),
      tag('add-tag', { tag: 'tag 0' }, has(...many(50))),
      tag('add-tag', { tag: '{own}' }, [invalid]),
      get('/sessions/{sid}', { expect: has(...many(50)) })
    ]
  },
  {
    name: 'what changes nothing leaves updated_at as it is, and upper and lower case differ',
    mark: 'DECIDED',
    says: 'Adding one that is there and removing one that is not do nothing. Case matters.',
    steps: [
      createSession(),
      tag('add-tag', { tags: ['a', 'A'] }, has('a', 'A')),
      get('/sessions/{sid}'),
      tag('add-tag', { tag: 'A' }, has('a', 'A')),
      tag('remove-tag', { tag: 'b' }, has('a', 'A')),
      get('/sessions/{sid}', { expect: [success, sameJsonAs(3)] })
    ]
  },
  {
    name: 'an empty tag is a 422, and so are neither tag nor tags, and both',
    mark: 'DECIDED',
    says: 'An empty tag is a 422.',
    sessions: ['pending'],
    steps: ['add-tag', 'remove-tag', 'set-tags'].flatMap(action => [
      post(`/sessions/{pending}/${action}`, { tag: '' }, { expect: [invalid, problemsAt(['body', 'tag'])] }),
      ...[{}, { tag: 'a', tags: ['a'] }].map(body => post(`/sessions/{pending}/${action}`, body, { expect: [invalid] }))
    ])
  },
  {
    name: 'the tags of a redacted session cannot be changed',
    mark: 'DECIDED',
    says: 'The same 422 as an update.',
    sessions: ['redacted'],
    steps: ['add-tag', 'remove-tag', 'set-tags'].map(action => post(`/sessions/{redacted}/${action}`, { tag: 'a' }, { expect: [invalid] }))
  },
  {
    name: 'there are no other fields, and Idempotency-Key is honored',
    mark: 'DECIDED',
    says: 'Idempotency-Key is honored on every POST, PATCH and DELETE.',
    steps: [
      createSession(),
      ...[1, 2].map(() => post('/sessions/{sid}/add-tag', { tag: 'a' }, { headers: { 'Idempotency-Key': '{own}' }, expect: [...has('a'), noOtherFields(names)] })),
      tag('remove-tag', { tag: 'a' }, has()),
      post('/sessions/{sid}/add-tag', { tag: 'a' }, { headers: { 'Idempotency-Key': '{own}' }, expect: [success, sameJsonAs(2)] }),
      get('/sessions/{sid}', { expect: has() })
    ]
  },
  ...['add-tag', 'remove-tag', 'set-tags'].flatMap(action =>
    refusals(id => post(`/sessions/${id}/${action}`, { tag: '{own}' })).map(one => ({ ...one, name: `${one.name}: ${action}` })))
]
