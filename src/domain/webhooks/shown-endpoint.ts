import { Type } from '@sinclair/typebox'
import { ref, schemaOf } from '../../contract/schema.js'
import { type EndpointDocument, WebhookEndpoint } from './endpoint.js'

/** An endpoint as the API shows it. */
export interface ShownEndpoint extends WebhookEndpoint {
  /** The secret with which webhooks are signed. For a live endpoint, it is shown only when it is created. */
  readonly secret?: string
}

const secret = Type.String({ description: 'The key of its signatures; of live endpoints it is shown only when it is made' })

export const ShownEndpoint = schemaOf<ShownEndpoint>()(Type.Object({ ...WebhookEndpoint.properties, secret: Type.Optional(secret) }, {
  $id: 'ShownWebhookEndpoint', description: 'A webhook endpoint; `secret` is there if the endpoint belongs to the sandbox'
}))

/** An endpoint whose secret has just been created. */
export interface NewEndpoint extends WebhookEndpoint {
  /** The key of its signatures. */
  readonly secret: string
}

export const NewEndpoint = schemaOf<NewEndpoint>()(Type.Object({ ...WebhookEndpoint.properties, secret }, {
  $id: 'NewWebhookEndpoint', description: 'A webhook endpoint with a new secret'
}))

/** A copy of an endpoint. */
export interface ClonedEndpoint extends NewEndpoint {
  /** The original endpoint. */
  readonly cloned_from: string
}

export const ClonedEndpoint = schemaOf<ClonedEndpoint>()(Type.Object({
  ...NewEndpoint.properties, cloned_from: Type.String({ description: 'The endpoint that it is a copy of' })
}, { $id: 'ClonedWebhookEndpoint', description: 'A copy of a webhook endpoint, with a secret of its own' }))

/** The endpoints of an environment. */
export interface EndpointList {
  /** The endpoints, oldest first. */
  data: readonly ShownEndpoint[]
}

export const EndpointList = schemaOf<EndpointList>()(Type.Object({
  data: Type.Unsafe<readonly ShownEndpoint[]>(Type.Array(ref(ShownEndpoint), { description: 'The endpoints, the oldest first' }))
}, { $id: 'WebhookEndpointList', description: 'The webhook endpoints of an environment' }))

/** An endpoint as responses show it. The secrets of sandbox endpoints are always shown (the vendor's page). */
export function showEndpoint (document: EndpointDocument): ShownEndpoint {
  return document.environment === 'sandbox' ? showNewEndpoint(document) : withoutSecret(document)
}

/** An endpoint whose secret has just been created. */
export function showNewEndpoint (document: EndpointDocument): NewEndpoint {
  return { ...withoutSecret(document), secret: document.secret }
}

function withoutSecret ({ secret, failures, ...shown }: EndpointDocument): WebhookEndpoint {
  return shown
}
