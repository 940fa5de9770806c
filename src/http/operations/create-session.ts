import { Type } from '@sinclair/typebox'
import { newCaptureUrl } from '../../domain/sessions/capture.js'
import { createSession as decideCreation, CreatedSession, SessionCreation } from '../../domain/sessions/create.js'
import { operation } from '../operation.js'

export const createSession = operation({
  id: 'createSession',
  method: 'POST',
  path: '/sessions',
  scopes: ['sessions:create', 'sessions:write'],
  summary: 'Create a session',
  description: 'Creates a pending session in the API key\'s environment. Publishable keys can use this operation. ' +
    'The body may also come as `{ "data": { "attributes": body } }`.',
  params: Type.Object({}),
  body: SessionCreation,
  bodyOptional: true,
  bodyEnvelope: true,
  createsSession: true,
  bodyExamples: {
    session: {
      summary: 'A session for an order',
      value: { external_ref: 'order-1042', metadata: { plan: 'gold' }, country: 'DE', checks: ['document', 'face_match'] }
    }
  },
  success: {
    status: 201,
    schema: CreatedSession,
    description: 'The created session',
    examples: {
      created: {
        value: {
          id: 'ses_4be0c5a1f7d2936e8b10',
          status: 'pending',
          capture_url: 'http://127.0.0.1:4010/verify/cap_7d2f0a9c4e51b83600fe',
          is_sandbox: true,
          created_at: '2026-01-05T09:00:00.000Z',
          expires_at: '2026-01-05T09:20:00.000Z',
          external_ref: 'order-1042',
          qr_code_data_url: 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUg…',
          tags: []
        }
      }
    }
  },
  events: ['session.created'],
  errors: [],
  reads: () => ({}),
  decide: ({ body, environment, now, newId, origin }) =>
    decideCreation(body, { environment, now, id: newId('ses_'), captureUrl: newCaptureUrl(origin(), newId) })
})
