import type { Case } from '../case.js'
import { accepted, body, error, metadata, status } from '../expectations.js'

const asking = (key: string | null) => ({ headers: { 'X-API-Key': key }, body: { metadata: { '{own}_a': 1 } } })
const unauthorized = error(401, 'unauthorized')
const changedNothing = { body: {}, expect: [accepted, metadata({ '{own}_a': undefined })] }

/** The header X-API-Key. */
export const keys: readonly Case[] = [
  {
    name: 'no key is a 401',
    mark: 'DOC',
    says: 'Missing or invalid key: 401 unauthorized.',
    steps: [{ ...asking(null), expect: [unauthorized] }, changedNothing]
  },
  {
    name: 'an invalid key is a 401',
    mark: 'DOC',
    says: 'Missing or invalid key: 401 unauthorized.',
    steps: [...['secret', 'vk_sandbox_', 'vk_test_{own}', '{api_key}, {api_key}'].map(key => ({ ...asking(key), expect: [unauthorized] })), changedNothing]
  },
  {
    name: 'an empty key is a missing one',
    mark: 'DECIDED',
    says: 'An empty key is a missing one: 401.',
    steps: [{ ...asking(''), expect: [unauthorized] }]
  },
  {
    name: 'a prefix in capital letters is no key',
    mark: 'DECIDED',
    says: 'Keys are compared as they are, capitals and all.',
    steps: [{ ...asking('VK_SANDBOX_{own}'), expect: [unauthorized] }]
  },
  {
    name: 'a key in another header is a missing one',
    mark: 'DECIDED',
    says: 'Keys are sent in X-API-Key, and nowhere else.',
    steps: [{ headers: { 'X-API-Key': null, 'Authorization': 'Bearer {api_key}' }, body: {}, expect: [unauthorized] }]
  },
  {
    name: 'the name of the header is in any letters',
    mark: 'DOC',
    says: 'X-API-Key: names of HTTP headers have no case (RFC 9110).',
    steps: ['x-api-key', 'X-API-KEY', 'X-Api-Key'].map(name => ({ headers: { 'X-API-Key': null, [name]: '{api_key}' }, body: {}, expect: [accepted] }))
  },
  {
    name: 'the texts of a missing and an invalid key',
    mark: 'DECIDED',
    says: 'Details: "Missing API key. Send it in the X-API-Key header." and "Invalid API key."',
    steps: ([[null, 'Missing API key. Send it in the X-API-Key header.'], ['secret', 'Invalid API key.']] as const).map(([key, detail]) => ({
      ...asking(key), expect: [body({ error: 'unauthorized', detail, status_code: 401 })]
    }))
  },
  {
    name: 'a publishable key cannot update',
    mark: 'DOC',
    says: 'Publishable keys may only create sessions. (This one is made up: a target may know that it is not its own.)',
    steps: [...['vk_pub_sandbox_{own}', 'vk_pub_live_{own}'].map(key => ({ ...asking(key), expect: [status(401, 403)] })), changedNothing]
  }
]
