import type { Case } from '../../case.js'
import { problemsAt } from '../../expectations/errors.js'
import { metadata } from '../../expectations/fields.js'
import { status, success } from '../../expectations/response.js'
import { readSession, updateSession, updateSessionWithText } from './request.js'

const setTo = (value: unknown) => ({ metadata: { '{own}_a': value } })
const nested = (levels: number) => `{"metadata":{"{own}_a":${'['.repeat(levels)}${']'.repeat(levels)}}}`
const ok = { expect: [status(200)] }
const refused = { expect: [status(422), problemsAt(['body', 'metadata', '{own}_a'])] }

/** Every response of the run would carry these values if they stayed until its end. */
const removeLargeValues = updateSession({ metadata: { '{own}_a': null, '{own}_b': null } })

/** How large and how deep a metadata value can be. */
export const metadataLimits: readonly Case[] = [
  {
    name: 'values well below 16 KB are accepted, whatever their sum',
    mark: 'DOC',
    says: 'Each metadata value is capped at 16 KB.',
    steps: [
      updateSession({ metadata: { '{own}_a': 'x'.repeat(15_000), '{own}_b': 'x'.repeat(15_000) } }, { expect: [success] }),
      removeLargeValues
    ]
  },
  {
    name: 'a value well above 16 KB is refused',
    mark: 'DOC',
    says: 'Each metadata value is capped at 16 KB.',
    steps: [
      updateSession(setTo('x'.repeat(20_000)), { expect: [status(422)] }),
      readSession({ expect: [success, metadata({ '{own}_a': undefined })] })
    ]
  },
  {
    name: 'the cap counts bytes of UTF-8',
    mark: 'DOC',
    says: 'Each metadata value is capped at 16 KB of serialized UTF-8.',
    steps: [
      updateSession(setTo('é'.repeat(10_000)), { expect: [status(422)] }),
      updateSession(setTo('x'.repeat(10_000)), { expect: [success] }),
      removeLargeValues
    ]
  },
  {
    name: 'the cap is 16,384 bytes of compact JSON, inclusive',
    mark: 'DECIDED',
    says: '16 KB is 16,384 bytes of compact JSON in UTF-8, inclusive, for each value.',
    steps: [
      updateSession(setTo('x'.repeat(16_382)), ok),
      updateSession(setTo('x'.repeat(16_383)), refused),
      updateSession(setTo('é'.repeat(8_191)), ok),
      updateSession(setTo('é'.repeat(8_192)), refused),
      updateSession(setTo([1, 'x'.repeat(16_378)]), ok),
      updateSession(setTo([1, 'x'.repeat(16_379)]), refused),
      updateSessionWithText(`{"metadata": {"{own}_a": [1,    "${'x'.repeat(16_378)}"]}}`, ok),
      removeLargeValues
    ]
  },
  {
    name: 'a value has at most 1,000 levels and only numbers that a double can hold',
    mark: 'DECIDED',
    says: 'A value with more than 1,000 levels, or with a number beyond the range of a double, is a 422.',
    steps: [
      updateSessionWithText(nested(1000), ok),
      updateSessionWithText(nested(1001), refused),
      updateSessionWithText('{"metadata":{"{own}_a":1e400}}', refused),
      removeLargeValues
    ]
  }
]
