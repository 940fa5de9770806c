import { Type } from '@sinclair/typebox'

/** The path parameters of operations on one webhook endpoint. */
export const endpointParams = Type.Object({ endpoint_id: Type.String({ description: 'Webhook endpoint ID', examples: ['webhook_sandbox'] }) })
