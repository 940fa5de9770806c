import type { Case, Expectation } from '../../case.js'
import { field, fieldsInOrder, noOtherFields } from '../../expectations/fields.js'
import { success } from '../../expectations/response.js'
import { fieldOf, type Received, show } from '../../received.js'
import { readSession } from './request.js'
import { fieldKinds, fieldNames } from './session-fields.js'

const isOpen = ({ json }: Received) => ['pending', 'capturing'].includes(fieldOf(json, 'status') as string)
const isTime = (value: unknown) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)
const timeForm = 'a time in UTC with milliseconds and Z'

const environmentOfKey: Expectation = ({ response: { json }, fill }) => {
  const isSandbox = fieldOf(json, 'is_sandbox')
  const expected = fill('{api_key}').startsWith('vk_sandbox_')
  return isSandbox === expected ? undefined : { expected: `is_sandbox ${expected}`, seen: `is_sandbox ${show(isSandbox)}` }
}

/** The session in the response. */
export const updateResponse: readonly Case[] = [
  {
    name: 'the fields are in the order of the page',
    mark: 'DOC',
    says: 'Response: Updated session, with twenty fields.',
    steps: [readSession({ expect: [success, fieldsInOrder(fieldNames)] })]
  },
  ...fieldKinds.map(([name, { kind, check }]): Case => ({
    name: `${name} is ${kind.startsWith('one of') ? 'one of the listed values' : kind}`,
    mark: 'DOC',
    says: `Response: ${name} is ${kind}.`,
    steps: [readSession({ expect: [success, field(name, kind, check)] })]
  })),
  {
    name: 'there are no other fields',
    mark: 'DECIDED',
    says: 'The response has only the twenty fields of the page.',
    steps: [readSession({ expect: [success, noOtherFields(fieldNames)] })]
  },
  {
    name: 'capture_url is only present while the session is pending or capturing',
    mark: 'DOC',
    says: 'capture_url: Capture URL (only present while session is pending/capturing).',
    steps: [
      readSession({ expect: [success, field('capture_url', 'absent or null unless pending or capturing', (url, response) => isOpen(response) || url == null)] })
    ]
  },
  {
    name: 'capture_url and token_expires_at are strings while the session is pending or capturing, else null',
    mark: 'DECIDED',
    says: 'capture_url and token_expires_at are null unless the session is pending or capturing.',
    steps: [
      readSession({
        expect: ['capture_url', 'token_expires_at'].map(name =>
          field(name, 'a string while pending or capturing, else null', (value, response) =>
            isOpen(response) ? typeof value === 'string' : value === null))
      })
    ]
  },
  {
    name: 'times are in UTC, ISO 8601 with milliseconds and Z',
    mark: 'DECIDED',
    says: 'Times are in UTC, ISO 8601 with milliseconds and Z.',
    steps: [
      readSession({
        expect: [
          field('created_at', timeForm, isTime),
          field('updated_at', timeForm, isTime),
          field('token_expires_at', `${timeForm}, or null`, value => value === null || isTime(value))
        ]
      })
    ]
  },
  {
    name: 'the environment is env_sandbox or env_live',
    mark: 'DECIDED',
    says: 'environment is env_sandbox if is_sandbox is true, else env_live.',
    steps: [
      readSession({
        expect: [field('environment', 'env_sandbox if is_sandbox is true, else env_live', (value, { json }) =>
          value === (fieldOf(json, 'is_sandbox') === true ? 'env_sandbox' : 'env_live'))]
      })
    ]
  },
  {
    name: 'the session belongs to the environment of the key',
    mark: 'DOC',
    says: 'Keys are prefixed with vk_live_ (production) or vk_sandbox_ (sandbox).',
    steps: [readSession({ expect: [success, environmentOfKey] })]
  }
]
