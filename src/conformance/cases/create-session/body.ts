import type { Case } from '../../case.js'
import { detailMentions, error, idempotencyMismatch, problemsAt } from '../../expectations/errors.js'
import { fields, metadata } from '../../expectations/fields.js'
import { at } from '../../expectations/parts.js'
import { header, sameJsonAs, success } from '../../expectations/response.js'
import { refusals } from '../refusals.js'
import { createSession, get, post } from '../requests.js'

const invalid = error(422, 'validation_error')
const reference = { external_ref: '{own}' }
const key = { 'Idempotency-Key': '{own}' }
const everything = { ...reference, metadata: { '{own}_a': { b: [1, null] }, '{own}CamelKey': 'ä🦊' }, country: 'DE', checks: ['document', 'face_match'] }
const read = (...expect: ReturnType<typeof fields>[]) => get('/sessions/{sid}', { expect: [success, ...expect] })

/** What a session is created with, and how that is refused. */
export const createBody: readonly Case[] = [
  {
    name: 'what was sent can be read',
    mark: 'DOC',
    says: 'external_ref, metadata, country, checks: members of the request. redirect_url is accepted.',
    steps: [createSession({ ...everything, redirect_url: 'https://example.com/done?a=1' }), read(fields(everything))]
  },
  {
    name: 'all members are optional',
    mark: 'DOC',
    says: 'All members of the request are optional.',
    steps: [createSession({}), read(fields({ external_ref: null, metadata: {} }))]
  },
  {
    name: 'members can be spelled in camelCase and kebab-case',
    mark: 'DOC',
    says: 'The request can have any key casing.',
    steps: [
      createSession({ 'externalRef': '{own}', 'redirect-url': 'https://example.com/' }, { expect: [success, fields(reference)] })
    ]
  },
  {
    name: 'the body can come in an envelope',
    mark: 'DOC',
    says: 'The envelope {"data":{"attributes":{…}}}: the inner object is the body, siblings of attributes are ignored.',
    steps: [createSession({ data: { type: 'session', attributes: reference } }, { expect: [success, fields(reference)] })]
  },
  {
    name: 'fields and send_email are accepted and not shown',
    mark: 'DECIDED',
    says: 'fields and send_email are accepted, kept and not shown.',
    steps: [
      createSession({ ...reference, fields: { first_name: '{own}' }, send_email: false }),
      read(fields({ ...reference, fields: undefined, send_email: undefined }))
    ]
  },
  {
    name: 'a metadata key that is null is left out',
    mark: 'DECIDED',
    says: 'A null value is left out.',
    steps: [createSession({ metadata: { '{own}_a': null, '{own}_b': { c: null } } }), read(metadata({ '{own}_a': undefined, '{own}_b': { c: null } }))]
  },
  {
    name: 'a metadata value well above 16 KB is refused',
    mark: 'DOC',
    says: 'Metadata values: the 16 KB cap.',
    steps: [post('/sessions', { metadata: { '{own}_a': 'x'.repeat(20_000) } }, { expect: [invalid, detailMentions('metadata')] })]
  },
  ...([
    ['external_ref', 7], ['metadata', ['{own}']], ['country', 'DEU'], ['checks', 'document'], ['workflow_id', 7], ['redirect_url', 'no url']
  ] as const).map(([name, value]): Case => ({
    name: `a wrong ${name} is a 422 that names it`,
    mark: 'DOC',
    says: 'In field validation (422) detail is an array naming each offending field.',
    steps: [post('/sessions', { [name]: value }, { expect: [invalid, detailMentions(name)] })]
  })),
  {
    name: 'one response reports all problems of a body',
    mark: 'DECIDED',
    says: 'detail lists all problems of a request as {loc, msg, type}, unknown members included. Nothing is coerced.',
    steps: [post('/sessions', { 'external_ref': 7, 'country': 49, 'send_email': 'true', 'fields': [], '{own}': 1 }, {
      expect: [invalid, problemsAt(['body', 'external_ref'], ['body', 'country'], ['body', 'send_email'], ['body', 'fields'], ['body', '{own}'])]
    })]
  },
  {
    name: 'a body that is not an object is refused',
    mark: 'DECIDED',
    says: 'A body that is no object is a 422.',
    steps: [[], null, 'text'].map(body => post('/sessions', body, { expect: [invalid, problemsAt(['body'])] }))
  },
  {
    name: 'the same request with the same idempotency key creates one session',
    mark: 'DOC',
    says: 'Idempotency-Key: the same key with the same parameters gets the original response.',
    steps: [
      createSession(reference, { headers: key }),
      createSession(reference, { headers: key, expect: [success, sameJsonAs(1)] }),
      get('/sessions?q={own}', { expect: [success, at('pagination', fields({ total: 1 }))] })
    ]
  },
  {
    name: 'a replayed creation carries Idempotent-Replayed: true, and another body is a mismatch',
    mark: 'DECIDED',
    says: 'A replay carries Idempotent-Replayed: true. Another body is a 422 idempotency_mismatch.',
    steps: [
      createSession(reference, { headers: key, expect: [success, header('Idempotent-Replayed', null)] }),
      createSession({ data: { attributes: { externalRef: '{own}' } } }, { headers: key, expect: [success, header('Idempotent-Replayed', 'true')] }),
      post('/sessions', { external_ref: '{own}_b' }, { headers: key, expect: [idempotencyMismatch] })
    ]
  },
  ...refusals(() => post('/sessions', reference), false)
]
