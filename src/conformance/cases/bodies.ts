import type { Case } from '../case.js'
import { detailMentions, error, problemsAt } from '../expectations/errors.js'
import { status } from '../expectations/response.js'
import { updateSession, updateSessionWithText } from './update-session/request.js'

const invalid = error(422, 'validation_error')
const MIB = 1024 * 1024

/** How bodies are read, whatever the operation. */
export const bodies: readonly Case[] = [
  {
    name: 'malformed JSON is a 400 bad_request',
    mark: 'DOC',
    says: 'Malformed JSON: 400 bad_request.',
    steps: ['{"external_ref":', '{"external_ref":\'{own}\'}'].map(text => updateSessionWithText(text, { expect: [error(400, 'bad_request')] }))
  },
  {
    name: 'an invalid field is a 422 that names it',
    mark: 'DOC',
    says: 'In field validation (422) detail is an array naming each offending field.',
    steps: [
      updateSession({ external_ref: ['{own}'] }, { expect: [invalid, detailMentions('external_ref')] }),
      updateSession({ metadata: ['{own}'] }, { expect: [invalid, detailMentions('metadata')] })
    ]
  },
  {
    name: 'another content type is a 415 with a hint',
    mark: 'DECIDED',
    says: 'A content type other than JSON is a 415 bad_request with the hint to send Content-Type: application/json.',
    steps: ['text/plain', 'application/x-www-form-urlencoded', 'application/merge-patch+json', null].map(type =>
      updateSession({}, { headers: { 'Content-Type': type }, expect: [error(415, 'bad_request'), detailMentions('application/json')] }))
  },
  {
    name: 'a charset in the content type is accepted',
    mark: 'DECIDED',
    says: 'Content-Type: application/json; charset=utf-8 is JSON.',
    steps: [updateSession({}, { headers: { 'Content-Type': 'application/json; charset=utf-8' }, expect: [status(200)] })]
  },
  {
    name: 'a body over 1 MiB is a 413',
    mark: 'DECIDED',
    says: 'A body over 1 MiB is a 413 bad_request.',
    steps: [
      updateSessionWithText(`{${' '.repeat(MIB - 2)}}`, { expect: [status(200)] }),
      updateSessionWithText(`{${' '.repeat(MIB - 1)}}`, { chunked: true, expect: [error(413, 'bad_request')] })
    ]
  },
  {
    name: 'a body with more than 2,000 levels is refused',
    mark: 'DECIDED',
    says: 'A body with more than 2,000 levels is a 422.',
    steps: [
      updateSessionWithText(`{"metadata":{"{own}_a":${'['.repeat(2_001)}${']'.repeat(2_001)}}}`, { expect: [invalid, problemsAt(['body'])] })
    ]
  }
]
