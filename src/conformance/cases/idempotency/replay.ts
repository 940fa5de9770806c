import type { Case } from '../../case.js'
import { idempotencyMismatch } from '../../expectations/errors.js'
import { fields, fieldsInOrder, metadata, noOtherFields } from '../../expectations/fields.js'
import { executedOnce, header, sameBytesAs, sameJsonAs, status, success } from '../../expectations/response.js'
import { readSession, updateSession, updateSessionWithText } from '../update-session/request.js'

const headers = { 'Idempotency-Key': '{own}' }
const set = (value: unknown) => ({ metadata: { '{own}_a': value } })
const both = { external_ref: '{own}_ref', metadata: { '{own}_a': { p: 1, q: [1, 2] }, '{own}_b': null } }
const isReplay = header('Idempotent-Replayed', 'true')
const isNotReplay = header('Idempotent-Replayed', null)

/** What happens to the second request with an idempotency key. */
export const replay: readonly Case[] = [
  {
    name: 'the same request with the same key gets the original response',
    mark: 'DOC',
    says: 'Unique key for idempotent requests. Cached for 24 hours.',
    steps: [
      updateSession(set(1), { headers, expect: [success, metadata({ '{own}_a': 1 })] }),
      updateSession(set(2), { expect: [success] }),
      updateSession(set(1), { headers, pause: 5, expect: [success, sameJsonAs(1)] })
    ]
  },
  {
    name: 'a replay changes nothing',
    mark: 'DOC',
    says: 'Unique key for idempotent requests. Cached for 24 hours.',
    steps: [
      updateSession(set(1), { headers, expect: [success] }),
      updateSession(set(2), { expect: [success] }),
      updateSession(set(1), { headers, expect: [success] }),
      readSession({ expect: [success, metadata({ '{own}_a': 2 })] })
    ]
  },
  {
    name: 'a replay has the same bytes',
    mark: 'DECIDED',
    says: 'A replay is the same to the byte for the same headers.',
    steps: [
      updateSession(both, { headers, expect: [status(200)] }),
      updateSession(both, { headers, pause: 5, expect: [status(200), sameBytesAs(1)] })
    ]
  },
  {
    name: 'a replay carries Idempotent-Replayed: true',
    mark: 'DECIDED',
    says: 'A replay carries Idempotent-Replayed: true.',
    steps: [
      updateSession(set(1), { headers, expect: [success, isNotReplay] }),
      updateSession(set(1), { headers, expect: [success, isReplay] }),
      updateSession(set(1), { expect: [success, isNotReplay] })
    ]
  },
  {
    name: 'the same key with another body is a mismatch',
    mark: 'DOC',
    says: 'Sending the same key with different parameters returns 422.',
    steps: [
      updateSession(set(1), { headers, expect: [success] }),
      updateSession(set(2), { headers, expect: [idempotencyMismatch] }),
      readSession({ expect: [success, metadata({ '{own}_a': 1 })] })
    ]
  },
  {
    name: 'a mismatch leaves the stored response unchanged',
    mark: 'DECIDED',
    says: 'The first request with a key decides what is stored.',
    steps: [
      updateSession(set(1), { headers, expect: [success] }),
      updateSession(set(2), { headers, expect: [status(422)] }),
      updateSession(set(1), { headers, expect: [success, isReplay, sameBytesAs(1)] })
    ]
  },
  {
    name: 'a mismatch follows Key-Inflection',
    mark: 'DECIDED',
    says: 'Error bodies follow Key-Inflection too.',
    steps: [
      updateSession(set(1), { headers, expect: [success] }),
      updateSession(set(2), {
        headers: { ...headers, 'Key-Inflection': 'camel' },
        expect: [
          fields({ error: 'idempotency_mismatch', statusCode: 422 }),
          fieldsInOrder(['error', 'detail', 'statusCode']),
          noOtherFields(['error', 'detail', 'statusCode'])
        ]
      })
    ]
  },
  {
    name: 'an error does not use up its key',
    mark: 'DECIDED',
    says: 'Only results of executed operations (2xx) are stored: an error changes nothing, so its key can be used again.',
    steps: [
      updateSession({ external_ref: 7 }, { headers, expect: [status(422)] }),
      updateSessionWithText('{', { headers, expect: [status(400)] }),
      updateSession(set(1), { path: '/sessions/{own}', headers, expect: [status(404)] }),
      updateSession(set(1), { headers, expect: [status(200), isNotReplay, metadata({ '{own}_a': 1 })] })
    ]
  },
  {
    name: 'of equal requests at the same time one is executed',
    mark: 'DECIDED',
    says: 'Of equal requests in flight at the same time one is executed. The others wait and get its result.',
    steps: [updateSession(both, { headers, times: 8, expect: [status(200), executedOnce] })]
  }
]
