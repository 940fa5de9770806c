import type { Case } from '../../case.js'
import { error, problemsAt } from '../../expectations/errors.js'
import { fields } from '../../expectations/fields.js'
import { each, items } from '../../expectations/parts.js'
import { success } from '../../expectations/response.js'
import { createSession, get } from '../requests.js'

/** Which sessions a list has. */
export const listFilters: readonly Case[] = [
  {
    name: 'q finds a session by its ID and by its external reference',
    mark: 'DOC',
    says: 'q: session ID or external reference.',
    sessions: ['pending'],
    steps: [
      get('/sessions/{pending}', { save: { reference: 'external_ref' } }),
      ...['{pending}', '{reference}'].map(q => get(`/sessions?q=${q}`, { expect: [success, items('id', '{pending}')] })),
      get('/sessions?q={own}', { expect: [success, items('id')] })
    ]
  },
  {
    name: 'q is a part, in upper or lower case',
    mark: 'DECIDED',
    says: 'q is a case-insensitive part of id or external reference.',
    steps: [
      createSession({ external_ref: 'Before-{own}-After' }),
      ...['{own}', 'BEFORE-{own}', '{own}-aftER'].map(q => get(`/sessions?q=${q}`, { expect: [success, items('id', '{sid}')] }))
    ]
  },
  {
    name: 'status selects sessions with this status',
    mark: 'DOC',
    says: 'status: a filter.',
    sessions: ['pending', 'approved'],
    steps: [
      get('/sessions?status=pending', { expect: [success, each(fields({ status: 'pending' }))] }),
      get('/sessions?status=completed&q={approved}', { expect: [success, items('id', '{approved}')] }),
      get('/sessions?status=completed&q={pending}', { expect: [success, items('id')] })
    ]
  },
  {
    name: 'external_ref is an exact filter',
    mark: 'DECIDED',
    says: 'external_ref= (used in a guide) is an exact filter.',
    steps: [
      createSession({ external_ref: '{own}_Ref' }),
      get('/sessions?external_ref={own}_Ref', { expect: [success, items('id', '{sid}')] }),
      ...['{own}', '{own}_ref'].map(reference => get(`/sessions?external_ref=${reference}`, { expect: [success, items('id')] }))
    ]
  },
  ...([['status', 'lost'], ['limit', '0'], ['limit', '101'], ['limit', 'ten'], ['offset', '-1']] as const).map(([name, value]): Case => ({
    name: `${name}=${value} is a 422 that names the parameter`,
    mark: 'DECIDED',
    says: 'A wrong value is a 422 that names the parameter.',
    steps: [get(`/sessions?${name}=${value}`, { expect: [error(422, 'validation_error'), problemsAt(['query', name])] })]
  })),
  {
    name: 'an unknown parameter is ignored',
    mark: 'DECIDED',
    says: 'An unknown parameter is ignored (as web frameworks do).',
    sessions: ['pending'],
    steps: [get('/sessions?q={pending}&{own}=1', { expect: [success, items('id', '{pending}')] })]
  }
]
