import { Type } from '@sinclair/typebox'
import type { Options } from '../../options/options.js'
import { CaptureOutcome, OutcomeInput } from '../../domain/sessions/outcome.js'
import { keyInflectionHeader } from '../key-inflection.js'
import { describeAll, type Endpoint } from '../openapi/endpoint.js'
import { errorResponses } from '../openapi/error-responses.js'
import { bodyOf } from '../operation.js'

/** The endpoint of an outcome in the OpenAPI document, which leaves out the pages, because they are for people. */
export function outcomeEndpoint ({ defaultKeyInflection, unknownFields }: Pick<Options, 'defaultKeyInflection' | 'unknownFields'>): Endpoint {
  return {
    id: 'sandboxOutcome',
    method: 'POST',
    path: '/verify/{token}/sandbox-outcome',
    summary: 'Give a capture an outcome',
    description: 'Does what a button of the capture page does. It needs no API key: the token is the last part of `capture_url`. ' +
      'A form in place of JSON is redirected to `redirect_url`.',
    tag: 'Sessions',
    security: [],
    params: Type.Object({ token: Type.String({ description: 'Capture token', examples: ['cap_7d2f0a9c4e51b83600fe'] }) }),
    query: undefined,
    headers: Type.Object(keyInflectionHeader),
    body: bodyOf({ body: OutcomeInput }, unknownFields),
    bodyRequired: true,
    bodyExamples: { approve: { summary: 'Approve the session', value: { outcome: 'approve' } } },
    responses: {
      200: {
        description: 'The outcome',
        schema: CaptureOutcome,
        examples: {
          approved: {
            value: {
              session_id: 'ses_4be0c5a1f7d2936e8b10',
              status: 'completed',
              redirect_url: 'https://shop.example/verified?session_id=ses_4be0c5a1f7d2936e8b10&status=completed'
            }
          }
        }
      },
      ...describeAll(errorResponses(
        'malformedJson', 'captureNotFound', 'cannotCapture', 'linkUsed', 'linkExpired', 'linkRevoked', 'linkReplaced',
        'bodyTooLarge', 'unsupportedMediaType', 'invalidFields'
      ))
    },
    inflection: defaultKeyInflection
  }
}
