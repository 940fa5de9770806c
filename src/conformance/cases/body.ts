import type { Case } from '../case.js'
import { accepted, detailMentions, error, members, metadata, problemsAt, sameMember, status } from '../expectations.js'

const invalid = error(422, 'validation_error')
const reference = { external_ref: '{own}_ref' }

/** Bodies that are refused, and how. */
export const body: readonly Case[] = [
  {
    name: 'malformed JSON is a 400 bad_request',
    mark: 'DOC',
    says: 'Malformed JSON: 400 bad_request.',
    steps: [{ text: '{"external_ref":', expect: [error(400, 'bad_request')] }, { text: '{"external_ref":\'{own}\'}', expect: [error(400, 'bad_request')] }]
  },
  {
    name: 'a wrong field is a 422 that names it',
    mark: 'DOC',
    says: 'In field validation (422) detail is an array naming each offending field.',
    steps: [
      { body: { external_ref: ['{own}'] }, expect: [invalid, detailMentions('external_ref')] },
      { body: { metadata: ['{own}'] }, expect: [invalid, detailMentions('metadata')] }
    ]
  },
  {
    name: 'nothing is coerced',
    mark: 'DECIDED',
    says: 'Wrong types are a 422: a number is no string.',
    steps: [7, true, {}, []].map(value => ({ body: { external_ref: value }, expect: [invalid, problemsAt(['body', 'external_ref'])] }))
  },
  {
    name: 'external_ref: null is refused',
    mark: 'DECIDED',
    says: 'external_ref: null is a 422; a reference cannot be removed.',
    steps: [
      { body: reference, expect: [accepted] },
      { body: { external_ref: null }, expect: [invalid, problemsAt(['body', 'external_ref'])] },
      { body: {}, expect: [members(reference)] }
    ]
  },
  {
    name: 'metadata that is no object is refused',
    mark: 'DECIDED',
    says: 'metadata: null and metadata of a wrong type are a 422.',
    steps: [null, [], 'text', 7].map(value => ({ body: { metadata: value }, expect: [invalid, problemsAt(['body', 'metadata'])] }))
  },
  {
    name: 'a body that is no object is refused',
    mark: 'DECIDED',
    says: 'A body that is no object is a 422.',
    steps: ['[]', 'null', '"text"', '7', 'true'].map(text => ({ text, expect: [invalid, problemsAt(['body'])] }))
  },
  {
    name: 'an empty body and no body are refused',
    mark: 'DECIDED',
    says: 'No body and an empty body are a 422.',
    steps: [
      { text: '', expect: [invalid, problemsAt(['body'])] },
      { expect: [invalid, problemsAt(['body'])] },
      { headers: { 'Content-Type': null }, expect: [invalid, problemsAt(['body'])] }
    ]
  },
  {
    name: 'an unknown member is refused, and named',
    mark: 'DECIDED',
    says: 'An unknown body member is a 422 that names it.',
    steps: [
      { body: {}, expect: [accepted] },
      { body: { '{own}': 1 }, expect: [invalid, problemsAt(['body', '{own}'])] },
      { body: { ...reference, '{own}': 1 }, expect: [invalid, problemsAt(['body', '{own}'])] },
      { body: {}, expect: [sameMember('status', 1), sameMember('external_ref', 1)] }
    ]
  },
  {
    name: 'all problems of a body are told at once',
    mark: 'DECIDED',
    says: 'Items of detail are {loc, msg, type}, all problems at once.',
    steps: [{
      body: { 'external_ref': 7, 'metadata': 'text', '{own}': 1 },
      expect: [invalid, problemsAt(['body', 'external_ref'], ['body', 'metadata'], ['body', '{own}'])]
    }]
  },
  {
    name: 'camelCase and kebab-case names are understood',
    mark: 'DECIDED',
    says: 'externalRef and external-ref mean external_ref.',
    steps: [
      { body: { externalRef: '{own}_camel' }, expect: [accepted, members({ external_ref: '{own}_camel' })] },
      { body: { 'external-ref': '{own}_kebab' }, expect: [accepted, members({ external_ref: '{own}_kebab' })] }
    ]
  },
  {
    name: 'two spellings of a name in one body are refused',
    mark: 'DECIDED',
    says: 'Two spellings of a name in one body are a 422.',
    steps: [
      { body: { 'external_ref': '{own}', 'external-ref': '{own}' }, expect: [invalid, problemsAt(['body', 'external_ref'])] },
      { body: { 'externalRef': '{own}', 'external-ref': '{own}' }, expect: [invalid, problemsAt(['body', 'external_ref'])] }
    ]
  },
  {
    name: 'metadata keys are stored as they are sent',
    mark: 'DECIDED',
    says: 'Metadata keys are the user\'s data: never renamed.',
    steps: [{
      body: { metadata: { '{own}_snake_key': { inner_key: 1 }, '{own}-kebab-key': { 'inner-key': 1 }, '{own}CamelKey': { innerKey: 1 } } },
      expect: [accepted, metadata({ '{own}_snake_key': { inner_key: 1 }, '{own}-kebab-key': { 'inner-key': 1 }, '{own}CamelKey': { innerKey: 1 } })]
    }]
  },
  {
    name: 'another content type is a 415 with a hint',
    mark: 'DECIDED',
    says: 'Another content type than JSON is a 415 bad_request with a hint to send Content-Type: application/json.',
    steps: ['text/plain', 'application/x-www-form-urlencoded', 'application/merge-patch+json', null].map(type => ({
      headers: { 'Content-Type': type }, text: '{}', expect: [error(415, 'bad_request'), detailMentions('application/json')]
    }))
  },
  {
    name: 'a charset beside the content type is accepted',
    mark: 'DECIDED',
    says: 'Content-Type: application/json; charset=utf-8 is JSON.',
    steps: [{ headers: { 'Content-Type': 'application/json; charset=utf-8' }, text: '{}', expect: [status(200)] }]
  },
  {
    name: 'a body over 1 MiB is a 413',
    mark: 'DECIDED',
    says: 'A body over 1 MiB is a 413 bad_request.',
    steps: [
      { text: `{${' '.repeat(1024 * 1024 - 2)}}`, expect: [status(200)] },
      { text: `{${' '.repeat(1024 * 1024 - 1)}}`, chunked: true, expect: [error(413, 'bad_request')] }
    ]
  },
  {
    name: 'a body nested deeper than 2,000 levels is refused',
    mark: 'DECIDED',
    says: 'A body nested deeper than 2,000 levels is a 422.',
    steps: [{ text: `{"metadata":{"{own}_a":${'['.repeat(2_001)}${']'.repeat(2_001)}}}`, expect: [invalid, problemsAt(['body'])] }]
  }
]
