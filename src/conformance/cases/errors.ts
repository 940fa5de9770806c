import type { Case } from '../case.js'
import { body, detailMentions, error, keysInOrder, members, noOtherKeys, problemsAt, status } from '../expectations.js'

const shape = ['error', 'detail', 'status_code']

/** The form of errors, and those of paths. */
export const errors: readonly Case[] = [
  {
    name: 'an error has error, detail and status_code',
    mark: 'DOC',
    says: 'Shape: {"error":"not_found","detail":"Session not found.","status_code":404}.',
    steps: [
      { headers: { 'X-API-Key': null }, body: {}, expect: [keysInOrder(shape), members({ status_code: 401 })] },
      { text: '{', expect: [keysInOrder(shape), members({ status_code: 400 })] },
      { body: { external_ref: 7 }, expect: [keysInOrder(shape), members({ status_code: 422 })] }
    ]
  },
  {
    name: 'an error has nothing else',
    mark: 'DECIDED',
    says: 'Shape: {"error":"not_found","detail":"Session not found.","status_code":404}.',
    steps: [
      { headers: { 'X-API-Key': null }, body: {}, expect: [status(401), noOtherKeys(shape)] },
      { text: '{', expect: [status(400), noOtherKeys(shape)] }
    ]
  },
  {
    name: 'an unknown session is a 404',
    mark: 'DOC',
    says: '{"error":"not_found","detail":"Session not found.","status_code":404}',
    steps: [
      { path: '/sessions/{own}', body: {}, expect: [status(404), body({ error: 'not_found', detail: 'Session not found.', status_code: 404 })] }
    ]
  },
  {
    name: 'an id of any form is looked up',
    mark: 'DECIDED',
    says: 'Any non-empty session id is looked up.',
    steps: ['{own}%2Fa', '%F0%9F%A6%8A{own}', '__proto__', '{own:5000}'].map(id => ({
      path: `/sessions/${id}`, body: {}, expect: [body({ error: 'not_found', detail: 'Session not found.', status_code: 404 })]
    }))
  },
  {
    name: 'a path that cannot be decoded is a 400',
    mark: 'DECIDED',
    says: 'A path with an invalid percent-encoding is a 400 bad_request.',
    steps: [{ path: '/sessions/%zz', body: {}, expect: [error(400, 'bad_request')] }]
  },
  {
    name: 'an unknown path is a 404 that lists what there is',
    mark: 'DECIDED',
    says: 'Unknown paths are a 404 not_found, with a detail that lists what there is.',
    steps: [{ path: '/{own}', body: {}, expect: [error(404, 'not_found'), detailMentions('PATCH')] }]
  },
  {
    name: 'an unknown method is a 404 that lists what there is',
    mark: 'DECIDED',
    says: 'Unknown methods are a 404 not_found, with a detail that lists what there is.',
    steps: [{ method: 'PUT', path: '/sessions/{own}', body: {}, expect: [error(404, 'not_found'), detailMentions('PATCH')] }]
  },
  {
    name: 'all problems of the headers are told at once',
    mark: 'DECIDED',
    says: 'All problems of the headers (422) come in one answer.',
    steps: [{
      headers: { 'Verifa-Version': 'soon', 'Key-Inflection': 'loud', 'Idempotency-Key': '{own:256}' },
      body: {},
      expect: [error(422, 'validation_error'), problemsAt(['header', 'Verifa-Version'], ['header', 'Key-Inflection'], ['header', 'Idempotency-Key'])]
    }]
  }
]
