import type { Case } from '../../case.js'
import { idempotencyMismatch } from '../../expectations/errors.js'
import { fields } from '../../expectations/fields.js'
import { header, sameBytesAs, success } from '../../expectations/response.js'
import { updateSession, updateSessionWithText } from '../update-session/request.js'

const headers = { 'Idempotency-Key': '{own}' }
const set = (value: unknown) => ({ metadata: { '{own}_a': value } })
const both = { external_ref: '{own}_ref', metadata: { '{own}_a': { p: 1, q: [1, 2] }, '{own}_b': null } }
const replayed = [success, header('Idempotent-Replayed', 'true'), sameBytesAs(1)]

/** Which differences make a request another one under the same idempotency key. */
export const parameters: readonly Case[] = [
  {
    name: 'the session is a parameter',
    mark: 'DECIDED',
    says: 'Parameters are the method, the path with the session id, and the body.',
    steps: [
      updateSession(set(1), { headers, expect: [success] }),
      updateSession(set(1), { path: '/sessions/{own}', headers, expect: [idempotencyMismatch] })
    ]
  },
  {
    name: 'the order of fields, white space and the spelling of a field do not count',
    mark: 'DECIDED',
    says: 'Bodies are compared after normalizing: the order of fields does not count.',
    steps: [
      updateSession(both, { headers, expect: [success] }),
      updateSessionWithText('{ "metadata": {"{own}_b":null, "{own}_a":{"q":[1,2.0],"p":1}}, "externalRef":"{own}_ref" }', { headers, expect: replayed })
    ]
  },
  {
    name: 'an absent key and null, the order of a list, and a number and its text differ',
    mark: 'DECIDED',
    says: 'Absent and null differ.',
    steps: [
      updateSession(both, { headers, expect: [success] }),
      ...[
        { '{own}_a': { p: 1, q: [1, 2] } },
        { '{own}_a': { p: 1, q: [2, 1] }, '{own}_b': null },
        { '{own}_a': { p: '1', q: [1, 2] }, '{own}_b': null }
      ].map(metadata => updateSession({ ...both, metadata }, { headers, expect: [idempotencyMismatch] }))
    ]
  },
  {
    name: 'Key-Inflection is not a parameter',
    mark: 'DECIDED',
    says: 'Key-Inflection is not a parameter: a replay follows the header of its own request.',
    steps: [
      updateSession(set({ snake_key: 1 }), { headers, expect: [success], save: { updated: 'updated_at', metadata: 'metadata' } }),
      updateSession(set({ snake_key: 1 }), {
        headers: { ...headers, 'Key-Inflection': 'camel' },
        expect: [success, header('Idempotent-Replayed', 'true'), fields({ updatedAt: '{updated}', metadata: '{metadata}' })]
      }),
      updateSession(set({ snake_key: 1 }), { headers, expect: replayed })
    ]
  },
  {
    name: 'Verifa-Version is not a parameter',
    mark: 'DECIDED',
    says: 'Verifa-Version is not a parameter.',
    steps: [
      updateSession(set(1), { headers, expect: [success] }),
      updateSession(set(1), { headers: { ...headers, 'Verifa-Version': '2026-01-01' }, expect: replayed })
    ]
  }
]
