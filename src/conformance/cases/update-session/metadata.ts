import type { Case } from '../../case.js'
import { metadata } from '../../expectations/fields.js'
import { success } from '../../expectations/response.js'
import { readSession, updateSession } from './request.js'

const everyKind = { text: 'ä€🦊 "\\/ \u0001', number: -1.5e-7, yes: true, no: false, list: [1, 'a', [], {}, null], object: { 'a.b': { c: [null] } }, empty: '' }
const everyCasing = { '{own}_snake_key': { inner_key: 1 }, '{own}-kebab-key': { 'inner-key': 1 }, '{own}CamelKey': { innerKey: 1 } }
const setTo = (value: unknown) => ({ metadata: { '{own}_a': value } })

/** The merge of metadata. */
export const metadataMerge: readonly Case[] = [
  {
    name: 'keys in the request are merged in, other keys are kept',
    mark: 'DOC',
    says: 'Merge keys into the session\'s metadata. Existing keys not included in the request are preserved.',
    steps: [
      updateSession({ metadata: { '{own}_a': 1, '{own}_b': 1 } }, { expect: [success, metadata({ '{own}_a': 1, '{own}_b': 1 })] }),
      updateSession({ metadata: { '{own}_b': 2, '{own}_c': 2 } }, { expect: [success, metadata({ '{own}_a': 1, '{own}_b': 2, '{own}_c': 2 })] }),
      updateSession({ metadata: {} }, { expect: [success, metadata({ '{own}_a': 1, '{own}_b': 2, '{own}_c': 2 })] })
    ]
  },
  {
    name: 'a key set to null is removed',
    mark: 'DOC',
    says: 'Set a key to null to remove it.',
    steps: [
      updateSession({ metadata: { '{own}_a': 1, '{own}_b': 1 } }, { expect: [success] }),
      updateSession({ metadata: { '{own}_a': null } }, { expect: [success, metadata({ '{own}_a': undefined, '{own}_b': 1 })] }),
      readSession({ expect: [success, metadata({ '{own}_a': undefined, '{own}_b': 1 })] })
    ]
  },
  {
    name: 'an absent key can be set to null',
    mark: 'DOC',
    says: 'Set a key to null to remove it.',
    steps: [updateSession({ metadata: { '{own}_none': null } }, { expect: [success, metadata({ '{own}_none': undefined })] })]
  },
  {
    name: 'a value can be any JSON and comes back unchanged',
    mark: 'DOC',
    says: 'metadata is a map from strings to anything.',
    steps: [everyKind, ...Object.values(everyKind)].map(value =>
      updateSession(setTo(value), { expect: [success, metadata({ '{own}_a': value })] }))
  },
  {
    name: 'an object replaces the old value as a whole',
    mark: 'DECIDED',
    says: 'The merge is one level deep.',
    steps: [
      updateSession(setTo({ old: 1, both: 1 }), { expect: [success] }),
      updateSession(setTo({ both: 2, new: 2 }), { expect: [success, metadata({ '{own}_a': { both: 2, new: 2 } })] })
    ]
  },
  {
    name: 'a null inside a value is data',
    mark: 'DECIDED',
    says: 'A null removes a key of metadata itself. Inside a value it is data and stays.',
    steps: [updateSession(setTo({ a: null, b: [null] }), { expect: [success, metadata({ '{own}_a': { a: null, b: [null] } })] })]
  },
  {
    name: 'keys are stored as they were sent',
    mark: 'DECIDED',
    says: 'Metadata keys are the user\'s data and never renamed.',
    steps: [updateSession({ metadata: everyCasing }, { expect: [success, metadata(everyCasing)] })]
  }
]
