import type { Case } from '../../case.js'
import { differsFrom, field, fields, fieldsInOrder, noOtherFields } from '../../expectations/fields.js'
import { integer, ofKinds } from '../../expectations/kinds.js'
import { at, each, items } from '../../expectations/parts.js'
import { status, success } from '../../expectations/response.js'
import { inCamel } from '../inflections.js'
import { refusals } from '../refusals.js'
import { createSession, get } from '../requests.js'
import { fieldNames } from '../update-session/session-fields.js'

const paginationNames = ['total', 'limit', 'offset']
const page = (part: Record<string, number>) => at('pagination', fields(part))
const hasLength = (count: number) => field('data', `a list of ${count}`, data => Array.isArray(data) && data.length === count)

/** The page that a list responds with. */
export const listPages: readonly Case[] = [
  {
    name: 'the response has data and pagination',
    mark: 'DOC',
    says: 'Response: {"data":[…],"pagination":{"total","limit","offset"}}.',
    steps: [
      get('/sessions', {
        expect: [
          status(200),
          fieldsInOrder(['data', 'pagination']),
          field('data', 'a list', Array.isArray),
          at('pagination', ofKinds(paginationNames.map(name => [name, integer])))
        ]
      })
    ]
  },
  {
    name: 'the default limit is 50, and the default offset 0',
    mark: 'DOC',
    says: 'limit: default 50. offset: from 0.',
    steps: [get('/sessions', { expect: [success, page({ limit: 50, offset: 0 })] })]
  },
  {
    name: 'a limit can be from 1 to 100',
    mark: 'DOC',
    says: 'limit: 1–100.',
    steps: [
      get('/sessions?limit=1', { expect: [success, hasLength(1), page({ limit: 1 })] }),
      get('/sessions?limit=100', { expect: [success, page({ limit: 100 })] })
    ]
  },
  {
    name: 'limit and offset select a page of what was found',
    mark: 'DOC',
    says: 'q: session ID or external reference; limit; offset.',
    steps: [
      createSession({ external_ref: '{own}' }),
      createSession({ external_ref: '{own}' }),
      get('/sessions?q={own}&limit=1', { expect: [success, hasLength(1), page({ total: 2, limit: 1, offset: 0 })], save: { top: 'data.0.id' } }),
      get('/sessions?q={own}&limit=1&offset=1', {
        expect: [success, hasLength(1), page({ total: 2, limit: 1, offset: 1 }), at('data.0', differsFrom('id', '{top}'))]
      }),
      get('/sessions?q={own}&offset=2', { expect: [success, hasLength(0), page({ total: 2, offset: 2 })] })
    ]
  },
  {
    name: 'the newest session comes first',
    mark: 'DECIDED',
    says: 'Newest first, then by id.',
    steps: [
      createSession({ external_ref: '{own}_1' }),
      createSession({ external_ref: '{own}_2' }, { pause: 1100 }),
      get('/sessions?q={own}', { expect: [success, items('external_ref', '{own}_2', '{own}_1')] })
    ]
  },
  {
    name: 'the items are whole sessions',
    mark: 'DECIDED',
    says: 'Items are whole sessions.',
    sessions: ['pending'],
    steps: [get('/sessions?q={pending}', { expect: [success, each(fieldsInOrder(fieldNames)), each(noOtherFields(fieldNames))] })]
  },
  {
    name: 'Key-Inflection: camel',
    mark: 'DOC',
    says: 'The page documents Key-Inflection.',
    sessions: ['pending'],
    steps: [get('/sessions?q={pending}', { headers: { 'Key-Inflection': 'camel' }, expect: [success, each(fieldsInOrder(fieldNames.map(inCamel)))] })]
  },
  ...refusals(() => get('/sessions'), false)
]
