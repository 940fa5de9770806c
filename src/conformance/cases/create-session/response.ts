import type { Case } from '../../case.js'
import { field, fields, fieldsInOrder, noOtherFields } from '../../expectations/fields.js'
import { boolean, type FieldKind, oneOf, orNull, string, strings, time, ofKinds } from '../../expectations/kinds.js'
import { status, success } from '../../expectations/response.js'
import { fieldOf } from '../../received.js'
import { inCamel } from '../inflections.js'
import { createSession, get } from '../requests.js'

/** A PNG as a `data:` URL; its first bytes are the signature of PNG. */
export const qrCode: FieldKind = {
  kind: 'a PNG as a data:image/png;base64, URL',
  check: value => typeof value === 'string' && value.startsWith('data:image/png;base64,iVBORw0KGgo')
}

const kinds: readonly [name: string, kind: FieldKind][] = [
  ['id', string],
  ['status', oneOf('pending')],
  ['capture_url', string],
  ['is_sandbox', boolean],
  ['created_at', time],
  ['expires_at', time],
  ['external_ref', orNull(string)],
  ['qr_code_data_url', orNull(qrCode)],
  ['tags', strings]
]
const names = kinds.map(([name]) => name)
const MINUTE = 60_000

/** The session in the response to its creation. */
export const createResponse: readonly Case[] = [
  {
    name: 'the fields and their values are those of the page',
    mark: 'DOC',
    says: 'Response: id, status, capture_url, is_sandbox, created_at, expires_at, external_ref, qr_code_data_url, tags.',
    steps: [createSession({ external_ref: '{own}' }, { expect: [success, fieldsInOrder(names), ofKinds(kinds), fields({ external_ref: '{own}' })] })]
  },
  {
    name: 'a success is a 201 with no other fields',
    mark: 'DECIDED',
    says: 'The status is 201. The response is smaller than the session: it has only the nine fields of the page.',
    steps: [createSession({ external_ref: '{own}', metadata: { '{own}_a': 1 } }, { expect: [status(201), noOtherFields(names)] })]
  },
  {
    name: 'the new session is pending and belongs to the environment of the key',
    mark: 'DOC',
    says: 'The environment is that of the key. Status pending. capture_url and token_expires_at are those of the response.',
    steps: [
      createSession({}, { expect: [success, fields({ is_sandbox: true })], save: { sid: 'id', url: 'capture_url', expires: 'expires_at' } }),
      get('/sessions/{sid}', {
        expect: [success, fields({ id: '{sid}', status: 'pending', is_sandbox: true, capture_url: '{url}', token_expires_at: '{expires}' })]
      })
    ]
  },
  {
    name: 'the capture token lives for 20 minutes',
    mark: 'DOC',
    says: 'The capture token is single use and lives 20 minutes.',
    steps: [
      createSession({}, {
        expect: [success, field('expires_at', '20 minutes after created_at', (expires, { json }) =>
          Math.abs(Date.parse(String(expires)) - Date.parse(String(fieldOf(json, 'created_at'))) - 20 * MINUTE) < MINUTE)]
      })
    ]
  },
  {
    name: 'Key-Inflection: camel',
    mark: 'DOC',
    says: 'The page documents Key-Inflection.',
    steps: [createSession({ external_ref: '{own}' }, {
      headers: { 'Key-Inflection': 'camel' }, expect: [success, fieldsInOrder(names.map(inCamel)), fields({ externalRef: '{own}' })]
    })]
  }
]
