import type { Step } from '../../case.js'
import { success } from '../../expectations/response.js'
import { post } from '../requests.js'

type Rest = Partial<Omit<Step, 'method' | 'path' | 'body' | 'text'>>

/** Creates a webhook endpoint, whose ID is `{wid}` from then on. */
export function createEndpoint (body: object = {}, rest: Rest = {}): Step {
  return post('/webhooks/endpoints', { url: '{webhook_url}', label: '{own}', ...body }, { expect: [success], save: { wid: 'id' }, ...rest })
}

/** Changes the endpoint `{wid}`. */
export function updateEndpoint (body: object, rest: Rest = {}): Step {
  return { method: 'PATCH', path: '/webhooks/endpoints/{wid}', body, expect: [success], ...rest }
}

/** Deletes an endpoint: no case leaves one behind. */
export function deleteEndpoint (id = '{wid}', rest: Rest = {}): Step {
  return { method: 'DELETE', path: `/webhooks/endpoints/${id}`, expect: [success], ...rest }
}
