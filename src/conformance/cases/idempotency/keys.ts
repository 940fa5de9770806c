import type { Case, Expectation, Step } from '../../case.js'
import { error, problemsAt } from '../../expectations/errors.js'
import { metadata } from '../../expectations/fields.js'
import { header, sameJsonAs, success } from '../../expectations/response.js'
import { updateSession } from '../update-session/request.js'

const refused = [error(422, 'validation_error'), problemsAt(['header', 'Idempotency-Key'])]

function withKey (key: string | readonly string[], value: number, expect: readonly Expectation[]): Step {
  return updateSession({ metadata: { '{own}_a': value } }, { headers: { 'Idempotency-Key': key }, expect })
}

/** The value of the header Idempotency-Key. */
export const idempotencyKeys: readonly Case[] = [
  {
    name: 'keys are case-sensitive',
    mark: 'DOC',
    says: 'Unique key for idempotent requests.',
    steps: [withKey('{own}_k', 1, [success]), withKey('{own}_K', 2, [success, metadata({ '{own}_a': 2 })])]
  },
  {
    name: 'a key has up to 255 characters',
    mark: 'DOC',
    says: 'Idempotency-Key: <=255 characters.',
    steps: [withKey('{own:255}', 1, [success]), withKey('{own:255}', 1, [success, sameJsonAs(1)])]
  },
  {
    name: 'an empty key and a key of 256 characters are a 422 that names the header',
    mark: 'DECIDED',
    says: 'An empty key, or one longer than 255 characters, is a 422.',
    steps: ['', '{own:256}'].map(key => withKey(key, 1, refused))
  },
  {
    name: 'a key in UTF-8 is measured in characters, not in bytes',
    mark: 'DECIDED',
    says: 'A key whose bytes are UTF-8 is read as UTF-8.',
    steps: [
      withKey(`{own}${'é'.repeat(200)}`, 1, [success]),
      withKey(`{own}${'é'.repeat(200)}`, 1, [success, header('Idempotent-Replayed', 'true')]),
      withKey('é'.repeat(256), 1, refused)
    ]
  },
  {
    name: 'a header that is sent twice is a 422 that names it',
    mark: 'DECIDED',
    says: 'An Idempotency-Key that is sent twice is a 422.',
    steps: [withKey(['{own}_a', '{own}_b'], 1, refused)]
  }
]
