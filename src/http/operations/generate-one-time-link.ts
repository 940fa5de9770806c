import { newCaptureUrl } from '../../domain/sessions/capture.js'
import { generateOneTimeLink as decideLink, OneTimeLink, OneTimeLinkInput } from '../../domain/sessions/one-time-link.js'
import { sessionIn } from '../../domain/sessions/visible.js'
import { operation } from '../operation.js'
import { exampleLink } from './link-example.js'
import { sessionParams } from './session-params.js'

export const generateOneTimeLink = operation({
  id: 'generateOneTimeLink',
  method: 'POST',
  path: '/sessions/{session_id}/generate-one-time-link',
  scopes: ['sessions:write'],
  summary: 'Generate a one-time link',
  description: 'Makes a link to the capture page that works once, and revokes the active link of the session. ' +
    'The session stays as it is. Takes sessions that are neither completed nor failed, and have not been redacted.',
  params: sessionParams,
  body: OneTimeLinkInput,
  bodyOptional: true,
  bodyExamples: { day: { summary: 'A link that works for a day', value: { expires_in_minutes: 1_440 } } },
  success: { status: 201, schema: OneTimeLink, description: 'The link', examples: { generated: { value: exampleLink } } },
  events: ['session.link_generated'],
  errors: ['sessionNotFound', 'cannotLink'],
  reads: ({ params: { session_id: id } }) => ({ sessions: [id], links: [id] }),
  decide: ({ params, body, environment, now, newId, origin }, { sessions: [session], links: [earlier] }) =>
    decideLink(sessionIn(environment, params.session_id, session), earlier, {
      id: newId('lnk_'), captureUrl: newCaptureUrl(origin(), newId), minutes: body.expires_in_minutes, now
    })
})
