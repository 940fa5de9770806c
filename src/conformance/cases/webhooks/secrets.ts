import type { Case } from '../../case.js'
import { differsFrom, field, fields } from '../../expectations/fields.js'
import { status, success } from '../../expectations/response.js'
import { get, post } from '../requests.js'
import { createEndpoint, deleteEndpoint } from './requests.js'

const secret = field('secret', 'whsec_ and more', value => typeof value === 'string' && /^whsec_.{8}/.test(value))

/** The secrets of webhook endpoints. */
export const webhookSecrets: readonly Case[] = [
  {
    name: 'an endpoint is created with a secret',
    mark: 'DOC',
    says: 'Create: with secret.',
    steps: [createEndpoint({}, { expect: [success, secret] }), deleteEndpoint()]
  },
  {
    name: 'rotating makes a new secret',
    mark: 'DOC',
    says: 'Rotate: with secret. The old one is invalid at once.',
    steps: [
      createEndpoint({}, { save: { wid: 'id', old: 'secret' } }),
      post('/webhooks/endpoints/{wid}/rotate-secret', undefined, { expect: [status(200), secret, differsFrom('secret', '{old}'), fields({ id: '{wid}' })] }),
      deleteEndpoint()
    ]
  },
  {
    name: 'a clone has its own ID and secret, and says what it is a copy of',
    mark: 'DOC',
    says: 'Clone: with secret and cloned_from.',
    steps: [
      createEndpoint({ description: 'd' }, { save: { wid: 'id', old: 'secret' } }),
      post('/webhooks/endpoints/{wid}/clone', undefined, {
        expect: [success, secret, differsFrom('secret', '{old}'), differsFrom('id', '{wid}'), fields({ cloned_from: '{wid}', description: 'd' })], save: { copy: 'id' }
      }),
      deleteEndpoint('{copy}'),
      deleteEndpoint()
    ]
  },
  {
    name: 'the list has the secrets of sandbox endpoints',
    mark: 'DOC',
    says: 'The testing page: the secrets of sandbox endpoints are always shown.',
    steps: [
      createEndpoint({}, { save: { wid: 'id', secret: 'secret' } }),
      get('/webhooks/endpoints/{wid}', { expect: [status(200), fields({ secret: '{secret}' })] }),
      deleteEndpoint()
    ]
  }
]
