import { Type } from '@sinclair/typebox'
import { maskSecret } from '../../contract/masking.js'
import { schemaOf } from '../../contract/schema.js'
import { type EndpointDocument, WebhookEndpoint } from './endpoint.js'

/** A webhook endpoint of either environment, as a test sees it. */
export interface MaskedEndpoint extends WebhookEndpoint {
  /** The prefix of its secret; the rest is masked. */
  readonly secret: string
  /** How many deliveries in a row have used up their retries. After ten, the endpoint is disabled. */
  readonly failures: number
}

export const MaskedEndpoint = schemaOf<MaskedEndpoint>()(Type.Object({
  ...WebhookEndpoint.properties,
  secret: Type.String({ description: 'The prefix of the key of its signatures' }),
  failures: Type.Integer({ description: 'How many deliveries in a row have used up their retries; ten switch the endpoint off' })
}, { $id: 'MaskedWebhookEndpoint', description: 'A webhook endpoint, with what the API does not tell and without its secret' }))

/** An endpoint as a test sees it. */
export function maskEndpoint (document: EndpointDocument): MaskedEndpoint {
  return { ...document, secret: maskSecret(document.secret) }
}
