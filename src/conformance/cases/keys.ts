import type { Case, Expectation, Step } from '../case.js'
import { error } from '../expectations/errors.js'
import { metadata } from '../expectations/fields.js'
import { exactBody, status, success } from '../expectations/response.js'
import { readSession, updateSession } from './update-session/request.js'

const unauthorized = error(401, 'unauthorized')
const nothingChanged = readSession({ expect: [success, metadata({ '{own}_a': undefined })] })

function withKey (key: string | null, expectation: Expectation): Step {
  return updateSession({ metadata: { '{own}_a': 1 } }, { headers: { 'X-API-Key': key }, expect: [expectation] })
}

/** The header X-API-Key. */
export const keys: readonly Case[] = [
  {
    name: 'a missing key is a 401',
    mark: 'DOC',
    says: 'Missing or invalid key: 401 unauthorized.',
    steps: [withKey(null, unauthorized), nothingChanged]
  },
  {
    name: 'an invalid key is a 401',
    mark: 'DOC',
    says: 'Missing or invalid key: 401 unauthorized.',
    steps: [...['secret', 'vk_sandbox_', 'vk_test_{own}', '{api_key}, {api_key}'].map(key => withKey(key, unauthorized)), nothingChanged]
  },
  {
    name: 'an empty key is a 401',
    mark: 'DECIDED',
    says: 'An empty key is a missing key: 401.',
    steps: [withKey('', unauthorized)]
  },
  {
    name: 'a prefix in capital letters is a 401',
    mark: 'DECIDED',
    says: 'Keys are case-sensitive.',
    steps: [withKey('VK_SANDBOX_{own}', unauthorized)]
  },
  {
    name: 'a key in another header is a 401',
    mark: 'DECIDED',
    says: 'Only X-API-Key carries a key.',
    steps: [readSession({ headers: { 'X-API-Key': null, 'Authorization': 'Bearer {api_key}' }, expect: [unauthorized] })]
  },
  {
    name: 'the name of the header is case-insensitive',
    mark: 'DOC',
    says: 'X-API-Key: names of HTTP headers are case-insensitive (RFC 9110).',
    steps: ['x-api-key', 'X-API-KEY', 'X-Api-Key'].map(name =>
      readSession({ headers: { 'X-API-Key': null, [name]: '{api_key}' }, expect: [success] }))
  },
  {
    name: 'the details for a missing and for an invalid key',
    mark: 'DECIDED',
    says: 'Details: "Missing API key. Send it in the X-API-Key header." and "Invalid API key."',
    steps: ([[null, 'Missing API key. Send it in the X-API-Key header.'], ['secret', 'Invalid API key.']] as const).map(([key, detail]) =>
      withKey(key, exactBody({ error: 'unauthorized', detail, status_code: 401 })))
  },
  {
    name: 'a publishable key cannot update',
    mark: 'DOC',
    says: 'Publishable keys may only create sessions. (The case makes one up, so a target may respond that it is invalid.)',
    steps: [...['vk_pub_sandbox_{own}', 'vk_pub_live_{own}'].map(key => withKey(key, status(401, 403))), nothingChanged]
  }
]
