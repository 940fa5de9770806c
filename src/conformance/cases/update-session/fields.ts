import type { Case } from '../../case.js'
import { fields, laterThan, metadata } from '../../expectations/fields.js'
import { status, success } from '../../expectations/response.js'
import { readOnlyFields } from '../../session-backup.js'
import { readSession, updateSession } from './request.js'

const reference = { external_ref: '{own}_ref' }
const oneKey = { metadata: { '{own}_a': 1 } }

/** What an update changes and what it leaves alone. */
export const updateFields: readonly Case[] = [
  {
    name: 'external_ref is updated',
    mark: 'DOC',
    says: 'external_ref: Update the external reference for this session.',
    steps: [updateSession(reference, { expect: [success, fields(reference)] }), readSession({ expect: [success, fields(reference)] })]
  },
  {
    name: 'one request updates external_ref and metadata',
    mark: 'DOC',
    says: 'Only external_ref and metadata can be changed.',
    steps: [updateSession({ ...reference, ...oneKey }, { expect: [success, fields(reference), metadata({ '{own}_a': 1 })] })]
  },
  {
    name: 'an update without external_ref keeps it',
    mark: 'DOC',
    says: 'external_ref is optional.',
    steps: [updateSession(reference, { expect: [success] }), updateSession(oneKey, { expect: [success, fields(reference)] })]
  },
  {
    name: 'an update without metadata keeps it',
    mark: 'DOC',
    says: 'metadata is optional. Existing keys not included in the request are preserved.',
    steps: [updateSession(oneKey, { expect: [success] }), updateSession(reference, { expect: [success, metadata({ '{own}_a': 1 })] })]
  },
  {
    name: 'nothing else can be changed',
    mark: 'DOC',
    says: 'Only external_ref and metadata can be changed.',
    steps: [
      readSession({ expect: [success], save: Object.fromEntries(readOnlyFields.map(name => [name, name])) }),
      // a made-up field: if the target accepted a real one, the session would stay changed
      updateSession({ '{own}': 1 }),
      readSession({ expect: [success, fields({ '{own}': undefined, ...Object.fromEntries(readOnlyFields.map(name => [name, `{${name}}`])) })] })
    ]
  },
  {
    name: 'a success is a 200',
    mark: 'DECIDED',
    says: 'The status is 200.',
    steps: [updateSession({ ...reference, ...oneKey }, { expect: [status(200)] })]
  },
  {
    name: 'an empty object is accepted',
    mark: 'DECIDED',
    says: 'The body {} is accepted and changes nothing but updated_at.',
    steps: [updateSession({}, { expect: [status(200)] })]
  },
  {
    name: 'every accepted update moves updated_at',
    mark: 'DECIDED',
    says: 'updated_at moves with every accepted update, even if nothing else changes.',
    steps: [
      readSession({ expect: [success], save: { created: 'created_at', updated: 'updated_at' } }),
      readSession({ pause: 1100, expect: [success, laterThan('updated_at', '{updated}'), fields({ created_at: '{created}' })] })
    ]
  },
  {
    name: 'an update with one invalid field changes no field',
    mark: 'DECIDED',
    says: 'An error changes nothing.',
    steps: [
      updateSession({ external_ref: 7, ...oneKey }, { expect: [status(422)] }),
      readSession({ expect: [success, metadata({ '{own}_a': undefined })] })
    ]
  }
]
