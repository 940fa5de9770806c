import type { Case } from '../../case.js'
import { error, problemsAt } from '../../expectations/errors.js'
import { fields, fieldsInOrder, laterThan, noOtherFields } from '../../expectations/fields.js'
import { boolean, type FieldKind, object, ofKinds, oneOf, orNull, string, strings, time } from '../../expectations/kinds.js'
import { sameJsonAs, status, success } from '../../expectations/response.js'
import { inCamel } from '../inflections.js'
import { get, post } from '../requests.js'
import { createEndpoint, deleteEndpoint, updateEndpoint } from './requests.js'

const kinds: readonly [name: string, kind: FieldKind][] = [
  ['id', string],
  ['url', string],
  ['environment', oneOf('live', 'sandbox')],
  ['enabled', boolean],
  ['enabled_events', strings],
  ['created_at', time],
  ['updated_at', time],
  ['label', orNull(string)],
  ['description', orNull(string)],
  ['attribute_blocklist', strings],
  ['event_filter_conditions', object],
  ['api_version', orNull(string)],
  ['key_inflection', oneOf('snake', 'camel', 'kebab')]
]
const names = kinds.map(([name]) => name)
const read = get('/webhooks/endpoints/{wid}')

/** Webhook endpoints: what they are, and how they are made, changed and removed. */
export const webhookEndpoints: readonly Case[] = [
  {
    name: 'the fields and their values are those of the page',
    mark: 'DOC',
    says: 'The endpoint, in order: id, url, environment, enabled, enabled_events, created_at, updated_at, label, description, …',
    steps: [
      createEndpoint({}, { expect: [success, fieldsInOrder(names), ofKinds(kinds), fields({ url: '{webhook_url}', label: '{own}' })] }),
      { ...read, expect: [status(200), fieldsInOrder(names), ofKinds(kinds), fields({ id: '{wid}', enabled: true, enabled_events: [] })] },
      deleteEndpoint()
    ]
  },
  {
    name: 'creating one is a 201, and a sandbox endpoint has its secret and no other fields',
    mark: 'DECIDED',
    says: 'The status is 201. Sandbox endpoints always show their secret.',
    steps: [
      createEndpoint({}, { expect: [status(201), noOtherFields([...names, 'secret'])] }),
      { ...read, expect: [success, noOtherFields([...names, 'secret'])] },
      deleteEndpoint()
    ]
  },
  {
    name: 'what is sent is kept',
    mark: 'DOC',
    says: 'Request: url required; all others optional.',
    steps: [
      createEndpoint({ enabled: false, description: 'd', key_inflection: 'camel', enabled_events: ['session.approved'], attribute_blocklist: ['external_ref'] }),
      {
        ...read,
        expect: [success, fields({
          enabled: false, description: 'd', key_inflection: 'camel', enabled_events: ['session.approved'], attribute_blocklist: ['external_ref']
        })]
      },
      deleteEndpoint()
    ]
  },
  {
    name: 'an update changes only the fields that are provided',
    mark: 'DOC',
    says: 'Only provided fields are changed.',
    steps: [
      createEndpoint({ description: 'd' }, { save: { wid: 'id', updated: 'updated_at' } }),
      updateEndpoint({ enabled: false }, {
        pause: 5, expect: [success, fields({ id: '{wid}', enabled: false, description: 'd', label: '{own}', url: '{webhook_url}' }), laterThan('updated_at', '{updated}')]
      }),
      deleteEndpoint()
    ]
  },
  {
    name: 'a deleted endpoint is gone',
    mark: 'DECIDED',
    says: 'Deleting is a 204; afterwards the endpoint is a 404.',
    steps: [createEndpoint(), deleteEndpoint('{wid}', { expect: [status(204)] }), { ...read, expect: [error(404, 'not_found')] }]
  },
  {
    name: 'url is required, and wrong values are a 422 that names them',
    mark: 'DOC',
    says: 'url is required.',
    steps: [
      post('/webhooks/endpoints', { label: '{own}' }, { expect: [error(422, 'validation_error'), problemsAt(['body', 'url'])] }),
      ...[{ enabled: 'yes' }, { enabled_events: 'all' }, { key_inflection: 'loud' }].map(body =>
        post('/webhooks/endpoints', { url: '{webhook_url}', ...body }, {
          expect: [error(422, 'validation_error'), problemsAt(['body', Object.keys(body)[0] as string])]
        }))
    ]
  },
  {
    name: 'the same request with the same idempotency key makes one endpoint',
    mark: 'DECIDED',
    says: 'Idempotency-Key on every POST, PATCH and DELETE.',
    steps: [
      createEndpoint({}, { headers: { 'Idempotency-Key': '{own}' } }),
      createEndpoint({}, { headers: { 'Idempotency-Key': '{own}' }, expect: [success, sameJsonAs(1)] }),
      deleteEndpoint()
    ]
  },
  {
    name: 'Key-Inflection: camel',
    mark: 'DECIDED',
    says: 'Key-Inflection is honored on every operation.',
    steps: [createEndpoint(), { ...read, headers: { 'Key-Inflection': 'camel' }, expect: [success, fieldsInOrder(names.map(inCamel))] }, deleteEndpoint()]
  },
  {
    name: 'an unknown endpoint is a 404, and a missing key a 401',
    mark: 'DOC',
    says: 'Errors: 401 unauthorized, 404 not_found.',
    steps: [
      get('/webhooks/endpoints/{own}', { expect: [error(404, 'not_found')] }),
      get('/webhooks/endpoints', { headers: { 'X-API-Key': null }, expect: [error(401, 'unauthorized')] })
    ]
  }
]
