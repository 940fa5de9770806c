import type { Case } from '../case.js'
import { readOnly } from '../kept-session.js'
import { accepted, laterMember, members, metadata, sameMember, status } from '../expectations.js'

const reference = { external_ref: '{own}_ref' }

/** What an update changes, and what it does not. */
export const update: readonly Case[] = [
  {
    name: 'external_ref is updated',
    mark: 'DOC',
    says: 'external_ref: Update the external reference for this session.',
    steps: [{ body: reference, expect: [accepted, members(reference)] }, { body: {}, expect: [accepted, members(reference)] }]
  },
  {
    name: 'external_ref and metadata are updated by one request',
    mark: 'DOC',
    says: 'Only external_ref and metadata can be changed.',
    steps: [{ body: { ...reference, metadata: { '{own}_a': 1 } }, expect: [accepted, members(reference), metadata({ '{own}_a': 1 })] }]
  },
  {
    name: 'external_ref is kept when it is not sent',
    mark: 'DOC',
    says: 'external_ref is optional.',
    steps: [
      { body: reference, expect: [accepted] },
      { body: { metadata: { '{own}_a': 1 } }, expect: [accepted, members(reference)] }
    ]
  },
  {
    name: 'metadata is kept when it is not sent',
    mark: 'DOC',
    says: 'metadata is optional. Existing keys not included in the request are preserved.',
    steps: [
      { body: { metadata: { '{own}_a': 1 } }, expect: [accepted] },
      { body: reference, expect: [accepted, metadata({ '{own}_a': 1 })] }
    ]
  },
  {
    name: 'nothing else can be changed',
    mark: 'DOC',
    says: 'Only external_ref and metadata can be changed.',
    steps: [
      { body: {}, expect: [accepted] },
      // a made-up member: one that the session has would stay changed if the target took it
      { body: { '{own}': 1 } },
      { body: {}, expect: [accepted, members({ '{own}': undefined }), ...readOnly.map(name => sameMember(name, 1))] }
    ]
  },
  {
    name: 'a success is a 200',
    mark: 'DECIDED',
    says: 'Status 200 with the whole session.',
    steps: [{ body: { ...reference, metadata: { '{own}_a': 1 } }, expect: [status(200)] }]
  },
  {
    name: 'an update of nothing is accepted',
    mark: 'DECIDED',
    says: 'A body {} is accepted.',
    steps: [{ body: {}, expect: [status(200)] }]
  },
  {
    name: 'updated_at moves on every accepted update',
    mark: 'DECIDED',
    says: 'updated_at moves on every accepted update, also on one that changes nothing.',
    steps: [
      { body: {}, expect: [accepted] },
      { body: {}, pause: 1100, expect: [accepted, laterMember('updated_at', 1), sameMember('created_at', 1)] }
    ]
  },
  {
    name: 'updated_at does not move on a refused update',
    mark: 'DECIDED',
    says: 'An error changed nothing.',
    steps: [
      { headers: { 'Idempotency-Key': '{own}' }, body: reference, expect: [accepted] },
      { body: { external_ref: 7 }, pause: 5, expect: [status(422)] },
      { headers: { 'Idempotency-Key': '{own}' }, body: reference, expect: [accepted, sameMember('updated_at', 1)] }
    ]
  },
  {
    name: 'a request is refused whole',
    mark: 'DECIDED',
    says: 'What is wrong in one field lets no other field pass.',
    steps: [
      { body: { external_ref: 7, metadata: { '{own}_a': 1 } }, expect: [status(422)] },
      { body: {}, expect: [accepted, metadata({ '{own}_a': undefined })] }
    ]
  }
]
