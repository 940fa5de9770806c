import type { Case } from '../../case.js'
import { error } from '../../expectations/errors.js'
import { field, fields } from '../../expectations/fields.js'
import { items } from '../../expectations/parts.js'
import { status, success } from '../../expectations/response.js'
import { createSession, get, post } from '../requests.js'
import { createEndpoint, deleteEndpoint } from './requests.js'

const list = (query = '') => get(`/webhooks/endpoints/{wid}/deliveries${query}`)

/** Events and deliveries of webhooks, as far as one API key can see them. */
export const webhookDeliveries: readonly Case[] = [
  {
    name: 'event types are listed',
    mark: 'DOC',
    says: 'Event types: data.',
    steps: [get('/webhooks/event-types', {
      expect: [status(200), field('data', 'a list with session.approved', data => JSON.stringify(data).includes('session.approved'))]
    })]
  },
  {
    name: 'an event makes a delivery for an endpoint that wants it',
    mark: 'DOC',
    says: 'Deliveries: newest first.',
    steps: [
      createEndpoint({ enabled_events: ['session.created', 'session.approved'] }),
      createSession(),
      post('/sessions/{sid}/simulate', { action: 'approve' }, { expect: [success] }),
      { ...list(), pause: 200, expect: [status(200), items('event', 'session.approved', 'session.created'), items('session_id', '{sid}', '{sid}')] },
      { ...list('?event_type=session.created&limit=1'), expect: [status(200), items('event', 'session.created')] },
      deleteEndpoint()
    ]
  },
  {
    name: 'a disabled endpoint, and one that wants other events, get no delivery',
    mark: 'DOC',
    says: 'enabled_events (empty: all); enabled.',
    steps: [
      createEndpoint({ enabled_events: ['session.redacted'] }, { save: { other: 'id' } }),
      createEndpoint({ enabled: false }),
      createSession(),
      { ...list(), pause: 200, expect: [success, items('event')] },
      get('/webhooks/endpoints/{other}/deliveries', { expect: [success, items('event')] }),
      deleteEndpoint('{other}'),
      deleteEndpoint()
    ]
  },
  {
    name: 'a test says whether the receiver responded',
    mark: 'DOC',
    says: 'test: 200 {"success","http_status"?,"error"?,"url"?}, synchronous.',
    steps: [
      createEndpoint(),
      post('/webhooks/endpoints/{wid}/test', undefined, {
        expect: [status(200), field('success', 'true or false', value => typeof value === 'boolean'), fields({ url: '{webhook_url}' })]
      }),
      deleteEndpoint()
    ]
  },
  {
    name: 'an unknown delivery cannot be retried',
    mark: 'DECIDED',
    says: 'An unknown delivery is a 404.',
    steps: [post('/webhooks/deliveries/{own}/retry', undefined, { expect: [error(404, 'not_found')] })]
  }
]
