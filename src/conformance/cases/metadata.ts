import type { Case } from '../case.js'
import { accepted, metadata as has, problemsAt, status } from '../expectations.js'

const everyKind = { text: 'ä€🦊 "\\/ \u0001', number: -1.5e-7, yes: true, no: false, list: [1, 'a', [], {}, null], object: { 'a.b': { c: [null] } }, empty: '' }

const setTo = (value: unknown) => ({ metadata: { '{own}_a': value } })

/** Large values do not wait for the end of the run: every further answer would carry them. */
const dropLargeValues = { body: { metadata: { '{own}_a': null, '{own}_b': null } } }

/** The merge of metadata, and its limits. */
export const metadata: readonly Case[] = [
  {
    name: 'keys sent are merged in, keys not sent are kept',
    mark: 'DOC',
    says: 'Merge keys into the session\'s metadata. Existing keys not included in the request are preserved.',
    steps: [
      { body: { metadata: { '{own}_a': 1, '{own}_b': 1 } }, expect: [accepted, has({ '{own}_a': 1, '{own}_b': 1 })] },
      { body: { metadata: { '{own}_b': 2, '{own}_c': 2 } }, expect: [accepted, has({ '{own}_a': 1, '{own}_b': 2, '{own}_c': 2 })] },
      { body: { metadata: {} }, expect: [accepted, has({ '{own}_a': 1, '{own}_b': 2, '{own}_c': 2 })] }
    ]
  },
  {
    name: 'a key set to null is removed',
    mark: 'DOC',
    says: 'Set a key to null to remove it.',
    steps: [
      { body: { metadata: { '{own}_a': 1, '{own}_b': 1 } }, expect: [accepted] },
      { body: { metadata: { '{own}_a': null } }, expect: [accepted, has({ '{own}_a': undefined, '{own}_b': 1 })] },
      { body: {}, expect: [accepted, has({ '{own}_a': undefined, '{own}_b': 1 })] }
    ]
  },
  {
    name: 'a key that is not there can be set to null',
    mark: 'DOC',
    says: 'Set a key to null to remove it.',
    steps: [{ body: { metadata: { '{own}_none': null } }, expect: [accepted, has({ '{own}_none': undefined })] }]
  },
  {
    name: 'values are any JSON, and come back as they were sent',
    mark: 'DOC',
    says: 'metadata is a map from strings to anything.',
    steps: [
      { body: setTo(everyKind), expect: [accepted, has({ '{own}_a': everyKind })] },
      ...Object.values(everyKind).map(value => ({ body: setTo(value), expect: [accepted, has({ '{own}_a': value })] }))
    ]
  },
  {
    name: 'a value that is an object replaces the old one whole',
    mark: 'DECIDED',
    says: 'The merge is one level deep.',
    steps: [
      { body: setTo({ old: 1, both: 1 }), expect: [accepted] },
      { body: setTo({ both: 2, new: 2 }), expect: [accepted, has({ '{own}_a': { both: 2, new: 2 } })] }
    ]
  },
  {
    name: 'nulls inside a value are data, and stay',
    mark: 'DECIDED',
    says: 'A null removes keys of metadata itself; inside a value it is data.',
    steps: [{ body: setTo({ a: null, b: [null] }), expect: [accepted, has({ '{own}_a': { a: null, b: [null] } })] }]
  },
  {
    name: 'a value well below 16 KB is accepted, each on its own',
    mark: 'DOC',
    says: 'Each metadata value is capped at 16 KB.',
    steps: [{ body: { metadata: { '{own}_a': 'x'.repeat(15_000), '{own}_b': 'x'.repeat(15_000) } }, expect: [accepted] }, dropLargeValues]
  },
  {
    name: 'a value well above 16 KB is refused',
    mark: 'DOC',
    says: 'Each metadata value is capped at 16 KB.',
    steps: [
      { body: setTo('x'.repeat(20_000)), expect: [status(422)] },
      { body: {}, expect: [accepted, has({ '{own}_a': undefined })] }
    ]
  },
  {
    name: 'what counts are bytes of UTF-8',
    mark: 'DOC',
    says: 'Each metadata value is capped at 16 KB of serialized UTF-8.',
    steps: [
      { body: setTo('é'.repeat(10_000)), expect: [status(422)] },
      { body: setTo('x'.repeat(10_000)), expect: [accepted] },
      dropLargeValues
    ]
  },
  {
    name: 'the cap is 16,384 bytes of compact JSON, inclusive',
    mark: 'DECIDED',
    says: '16 KB means 16,384 bytes of compact JSON in UTF-8, inclusive, for each value.',
    steps: [
      { body: setTo('x'.repeat(16_382)), expect: [status(200)] },
      { body: setTo('x'.repeat(16_383)), expect: [status(422), problemsAt(['body', 'metadata', '{own}_a'])] },
      { body: setTo('é'.repeat(8_191)), expect: [status(200)] },
      { body: setTo('é'.repeat(8_192)), expect: [status(422)] },
      { body: setTo([1, 'x'.repeat(16_378)]), expect: [status(200)] },
      { body: setTo([1, 'x'.repeat(16_379)]), expect: [status(422)] },
      { text: `{"metadata": {"{own}_a": [1,    "${'x'.repeat(16_378)}"]}}`, expect: [status(200)] },
      dropLargeValues
    ]
  },
  {
    name: 'a value has at most 1,000 levels, and no number beyond a double',
    mark: 'DECIDED',
    says: 'A value nested deeper than 1,000 levels, or with a number beyond the range of a double, is a 422.',
    steps: [
      { text: `{"metadata":{"{own}_a":${'['.repeat(1000)}${']'.repeat(1000)}}}`, expect: [status(200)] },
      { text: `{"metadata":{"{own}_a":${'['.repeat(1001)}${']'.repeat(1001)}}}`, expect: [status(422), problemsAt(['body', 'metadata', '{own}_a'])] },
      { text: '{"metadata":{"{own}_a":1e400}}', expect: [status(422), problemsAt(['body', 'metadata', '{own}_a'])] },
      dropLargeValues
    ]
  }
]
