import { type TObject, type TSchema, Type } from '@sinclair/typebox'
import { webhookEvents } from '../../domain/events.js'
import type { ResultStatus } from '../../domain/sessions/result.js'
import { Session } from '../../domain/sessions/session.js'
import { simulatedResult } from '../../domain/sessions/simulated-result.js'
import { writeBody } from '../../domain/webhooks/payload-body.js'
import { hasOutcome, OutcomePayload, Payload, payloadOf, statusOf } from '../../domain/webhooks/payload.js'
import { DELIVERY_ID_HEADER, SIGNATURE_HEADER } from '../../domain/webhooks/signature.js'
import type { Options } from '../../options/options.js'
import type { Examples } from '../operation.js'
import { exampleSession } from '../operations/result-example.js'

/** A request of the mock in the document. */
export interface DescribedWebhook {
  event: string
  headers: TObject
  body: TSchema
  examples: Examples
}

const headers = Type.Object({
  [SIGNATURE_HEADER]: Type.String({
    description: 'When the webhook was signed, and the HMAC-SHA256 of that time, a period, and the raw body',
    examples: ['t=1767225600,v1=2d9ce6c06b3cf1cfe7f8dbb28b4f26ea6df02d7ae6d1ee6c2d25b18a4a2a1b0c']
  }),
  [DELIVERY_ID_HEADER]: Type.String({ description: 'The ID of the delivery, which stays the same on retries', examples: ['whd_9a51c3e07f2b846d0e1a'] })
})

/** The requests that the mock sends, one for each event, to an endpoint with the default casing and without a blocklist. */
export function describeWebhooks ({ webhookPayload: form }: Pick<Options, 'webhookPayload'>): DescribedWebhook[] {
  return webhookEvents.map(event => {
    const { event: _event, ...fields } = {
      ...(hasOutcome(event) ? OutcomePayload : Payload).properties,
      session_id: Type.String({ description: 'The session that it happened to' }),
      status: statusSchema(event)
    }
    const name = Type.Unsafe<string>({ type: 'string', enum: [event], description: 'What happened' })
    const body = form === 'flat' ? { event: name, ...fields } : {
      event: name,
      data: Type.Object(fields, { description: 'What the event is about' }),
      created_at: Type.String({ format: 'date-time', description: 'When it happened, in UTC' })
    }
    return { event, headers, body: Type.Object(body, { $id: schemaName(event), description: `What ${event} says` }), examples: { sent: { value: exampleOf(event, form) } } }
  })
}

function statusSchema (event: string): TSchema {
  const status = statusOf(event)
  if (status === undefined) return Session.properties.status
  return Type.Unsafe<string>({ type: 'string', enum: [status], description: 'The status of the session, as results name it' })
}

/** `session.requires-review` has the schema `SessionRequiresReviewWebhook`. */
function schemaName (event: string): string {
  return `${event.split(/[._-]/).map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('')}Webhook`
}

function exampleOf (event: string, form: Options['webhookPayload']): object {
  const createdAt = exampleSession.updated_at
  const result = hasOutcome(event) ? simulatedResult(exampleSession, statusOf(event) as ResultStatus, Date.parse(createdAt)) : undefined
  const payload = payloadOf({ event, environment: 'sandbox', key: 'idk_5b0f7c1d92e84a36c0f1', session: exampleSession, result })
  return JSON.parse(writeBody(payload, { form, inflection: 'snake', blocklist: [], createdAt })) as object
}
