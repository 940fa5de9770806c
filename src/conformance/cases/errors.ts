import type { Case } from '../case.js'
import { error, problemsAt } from '../expectations/errors.js'
import { fields, fieldsInOrder, noOtherFields } from '../expectations/fields.js'
import { exactBody, status } from '../expectations/response.js'
import { readSession, updateSession, updateSessionWithText } from './update-session/request.js'

const names = ['error', 'detail', 'status_code']
const shape = 'Shape: {"error":"not_found","detail":"Session not found.","status_code":404}.'
const sessionNotFound = exactBody({ error: 'not_found', detail: 'Session not found.', status_code: 404 })

/** The shape of errors, and errors of paths and headers. */
export const errors: readonly Case[] = [
  {
    name: 'an error has error, detail and status_code',
    mark: 'DOC',
    says: shape,
    steps: [
      readSession({ headers: { 'X-API-Key': null }, expect: [fieldsInOrder(names), fields({ status_code: 401 })] }),
      updateSessionWithText('{', { expect: [fieldsInOrder(names), fields({ status_code: 400 })] }),
      updateSession({ external_ref: 7 }, { expect: [fieldsInOrder(names), fields({ status_code: 422 })] })
    ]
  },
  {
    name: 'an error has no other fields',
    mark: 'DECIDED',
    says: shape,
    steps: [
      readSession({ headers: { 'X-API-Key': null }, expect: [status(401), noOtherFields(names)] }),
      updateSessionWithText('{', { expect: [status(400), noOtherFields(names)] })
    ]
  },
  {
    name: 'an unknown session is a 404',
    mark: 'DOC',
    says: '{"error":"not_found","detail":"Session not found.","status_code":404}',
    steps: [readSession({ path: '/sessions/{own}', expect: [status(404), sessionNotFound] })]
  },
  {
    name: 'any session id is looked up',
    mark: 'DECIDED',
    says: 'Any non-empty session id is looked up.',
    steps: ['{own}%2Fa', '%F0%9F%A6%8A{own}', '__proto__', '{own:5000}'].map(id =>
      readSession({ path: `/sessions/${id}`, expect: [sessionNotFound] }))
  },
  {
    name: 'a path that cannot be decoded is a 400',
    mark: 'DECIDED',
    says: 'A path with an invalid percent-encoding is a 400 bad_request.',
    steps: [readSession({ path: '/sessions/%zz', expect: [error(400, 'bad_request')] })]
  },
  {
    name: 'an unknown path is a 404',
    mark: 'DECIDED',
    says: 'Unknown paths are a 404 not_found.',
    steps: [
      { method: 'GET', path: '/{own}', expect: [error(404, 'not_found')] },
      { method: 'PATCH', path: '/{own}', body: {}, expect: [error(404, 'not_found')] }
    ]
  },
  {
    name: 'an unknown method is a 404',
    mark: 'DECIDED',
    says: 'Unknown methods are a 404 not_found.',
    steps: [{ method: 'PUT', path: '/sessions/{own}', body: {}, expect: [error(404, 'not_found')] }]
  },
  {
    name: 'one response reports all problems of the headers',
    mark: 'DECIDED',
    says: 'detail lists all problems of the headers (422).',
    steps: [
      readSession({
        headers: { 'Verifa-Version': 'soon', 'Key-Inflection': 'loud', 'Idempotency-Key': '{own:256}' },
        expect: [
          error(422, 'validation_error'),
          problemsAt(['header', 'Verifa-Version'], ['header', 'Key-Inflection'], ['header', 'Idempotency-Key'])
        ]
      })
    ]
  }
]
