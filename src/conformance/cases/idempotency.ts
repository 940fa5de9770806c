import type { Case } from '../case.js'
import {
  accepted, body, error, executedOnce, header, keysInOrder, members, metadata, noOtherKeys, problemsAt, sameBytesAs, sameJsonAs,
  sameMember, status
} from '../expectations.js'

const set = (value: unknown) => ({ metadata: { '{own}_a': value } })
const key = { 'Idempotency-Key': '{own}' }
const both = { external_ref: '{own}_ref', metadata: { '{own}_a': { p: 1, q: [1, 2] }, '{own}_b': null } }
const mismatch = body({ error: 'idempotency_mismatch', detail: 'Idempotency key has already been used with different parameters.', status_code: 422 })
const isReplay = header('Idempotent-Replayed', 'true')
const isNoReplay = header('Idempotent-Replayed', null)

/** The header Idempotency-Key. */
export const idempotency: readonly Case[] = [
  {
    name: 'the same request under the same key gets the original response',
    mark: 'DOC',
    says: 'Unique key for idempotent requests. Cached for 24 hours.',
    steps: [
      { headers: key, body: set(1), expect: [accepted, metadata({ '{own}_a': 1 })] },
      { body: set(2), expect: [accepted] },
      { headers: key, body: set(1), pause: 5, expect: [accepted, sameJsonAs(1)] }
    ]
  },
  {
    name: 'a replay changes nothing',
    mark: 'DOC',
    says: 'Unique key for idempotent requests. Cached for 24 hours.',
    steps: [
      { headers: key, body: set(1), expect: [accepted] },
      { body: set(2), expect: [accepted] },
      { headers: key, body: set(1), expect: [accepted] },
      { body: {}, expect: [accepted, metadata({ '{own}_a': 2 })] }
    ]
  },
  {
    name: 'a replay is the same to the byte',
    mark: 'DECIDED',
    says: 'A replay is the same to the byte for the same headers.',
    steps: [
      { headers: key, body: both, expect: [status(200)] },
      { headers: key, body: both, pause: 5, expect: [status(200), sameBytesAs(1)] }
    ]
  },
  {
    name: 'a replay says that it is one, the first answer does not',
    mark: 'DECIDED',
    says: 'A replay carries Idempotent-Replayed: true.',
    steps: [
      { headers: key, body: set(1), expect: [accepted, isNoReplay] },
      { headers: key, body: set(1), expect: [accepted, isReplay] },
      { body: set(1), expect: [accepted, isNoReplay] }
    ]
  },
  {
    name: 'the same key with another body is a mismatch',
    mark: 'DOC',
    says: 'Sending the same key with different parameters returns 422.',
    steps: [
      { headers: key, body: set(1), expect: [accepted] },
      { headers: key, body: set(2), expect: [status(422), mismatch] },
      { body: {}, expect: [accepted, metadata({ '{own}_a': 1 })] }
    ]
  },
  {
    name: 'another session is another parameter',
    mark: 'DECIDED',
    says: 'Parameters are the method, the path with the session id, and the body.',
    steps: [
      { headers: key, body: set(1), expect: [accepted] },
      { headers: key, path: '/sessions/{own}', body: set(1), expect: [status(422), mismatch] }
    ]
  },
  {
    name: 'the order of members is no parameter, nor is white space, nor a name\'s casing',
    mark: 'DECIDED',
    says: 'Parameters are compared after normalising: the order of object members does not count.',
    steps: [
      { headers: key, body: both, expect: [accepted] },
      {
        headers: key,
        text: '{ "metadata": {"{own}_b":null, "{own}_a":{"q":[1,2.0],"p":1}}, "externalRef":"{own}_ref" }',
        expect: [accepted, isReplay, sameBytesAs(1)]
      }
    ]
  },
  {
    name: 'absent and null, list items in another order, and text for a number differ',
    mark: 'DECIDED',
    says: 'Absent and null differ.',
    steps: [
      { headers: key, body: both, expect: [accepted] },
      { headers: key, body: { ...both, metadata: { '{own}_a': { p: 1, q: [1, 2] } } }, expect: [mismatch] },
      { headers: key, body: { ...both, metadata: { '{own}_a': { p: 1, q: [2, 1] }, '{own}_b': null } }, expect: [mismatch] },
      { headers: key, body: { ...both, metadata: { '{own}_a': { p: '1', q: [1, 2] }, '{own}_b': null } }, expect: [mismatch] }
    ]
  },
  {
    name: 'the casing of the answer is no parameter',
    mark: 'DECIDED',
    says: 'Key-Inflection is no parameter: a replay comes in the casing asked for now.',
    steps: [
      { headers: key, body: set({ snake_key: 1 }), expect: [accepted] },
      {
        headers: { ...key, 'Key-Inflection': 'camel' },
        body: set({ snake_key: 1 }),
        expect: [accepted, isReplay, sameMember('updatedAt', 1, 'updated_at'), sameMember('metadata', 1)]
      },
      { headers: key, body: set({ snake_key: 1 }), expect: [isReplay, sameBytesAs(1)] }
    ]
  },
  {
    name: 'the version is no parameter',
    mark: 'DECIDED',
    says: 'Verifa-Version is no parameter.',
    steps: [
      { headers: key, body: set(1), expect: [accepted] },
      { headers: { ...key, 'Verifa-Version': '2026-01-01' }, body: set(1), expect: [accepted, isReplay, sameBytesAs(1)] }
    ]
  },
  {
    name: 'an error leaves its key free',
    mark: 'DECIDED',
    says: 'Results of executed operations (2xx) only are kept: an error changed nothing, so its key stays free.',
    steps: [
      { headers: key, body: { external_ref: 7 }, expect: [status(422)] },
      { headers: key, text: '{', expect: [status(400)] },
      { headers: key, path: '/sessions/{own}', body: set(1), expect: [status(404)] },
      { headers: key, body: set(1), expect: [status(200), isNoReplay, metadata({ '{own}_a': 1 })] }
    ]
  },
  {
    name: 'a mismatch leaves the kept result as it was',
    mark: 'DECIDED',
    says: 'The key is kept from its first request.',
    steps: [
      { headers: key, body: set(1), expect: [accepted] },
      { headers: key, body: set(2), expect: [status(422)] },
      { headers: key, body: set(1), expect: [accepted, isReplay, sameBytesAs(1)] }
    ]
  },
  {
    name: 'different keys are different requests, capitals and all',
    mark: 'DOC',
    says: 'Unique key for idempotent requests.',
    steps: [
      { headers: { 'Idempotency-Key': '{own}_k' }, body: set(1), expect: [accepted] },
      { headers: { 'Idempotency-Key': '{own}_K' }, body: set(2), expect: [accepted, metadata({ '{own}_a': 2 })] }
    ]
  },
  {
    name: 'a key has up to 255 characters',
    mark: 'DOC',
    says: 'Idempotency-Key: <=255 characters.',
    steps: [
      { headers: { 'Idempotency-Key': '{own:255}' }, body: set(1), expect: [accepted] },
      { headers: { 'Idempotency-Key': '{own:255}' }, body: set(1), expect: [accepted, sameJsonAs(1)] }
    ]
  },
  {
    name: 'an empty key, and one of 256 characters, is a 422 that names the header',
    mark: 'DECIDED',
    says: 'An empty key, or one longer than 255 characters, is a 422.',
    steps: ['', '{own:256}'].map(value => ({
      headers: { 'Idempotency-Key': value }, body: set(1), expect: [error(422, 'validation_error'), problemsAt(['header', 'Idempotency-Key'])]
    }))
  },
  {
    name: 'equal requests at the same time are carried out once',
    mark: 'DECIDED',
    says: 'Of equal requests in flight at the same time one is executed, the others wait and get its result.',
    steps: [{ headers: key, body: both, times: 8, expect: [status(200), executedOnce] }]
  },
  {
    name: 'a mismatch is told in the casing asked for',
    mark: 'DECIDED',
    says: 'Error bodies follow Key-Inflection too.',
    steps: [
      { headers: key, body: set(1), expect: [accepted] },
      {
        headers: { ...key, 'Key-Inflection': 'camel' },
        body: set(2),
        expect: [
          members({ error: 'idempotency_mismatch', statusCode: 422 }),
          keysInOrder(['error', 'detail', 'statusCode']),
          noOtherKeys(['error', 'detail', 'statusCode'])
        ]
      }
    ]
  }
]
