import { type Answer, memberOf } from '../answer.js'
import type { Case, Expectation } from '../case.js'
import { accepted, keysInOrder, member, noOtherKeys } from '../expectations.js'

type Kind = [kind: string, is: (value: unknown) => boolean]

const text: Kind = ['text', value => typeof value === 'string']
const time: Kind = ['a date and time', value => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value) && !Number.isNaN(Date.parse(value))]
const flag: Kind = ['true or false', value => typeof value === 'boolean']
const map: Kind = ['an object', value => typeof value === 'object' && value !== null && !Array.isArray(value)]
const whole: Kind = ['a whole number', value => Number.isInteger(value)]
const list: Kind = ['a list of text', value => Array.isArray(value) && value.every(item => typeof item === 'string')]
const oneOf = (...values: string[]): Kind => [`one of ${values.join(', ')}`, value => values.includes(value as string)]
const orNull = ([kind, is]: Kind): Kind => [`${kind} or null`, value => value === null || is(value)]

/** The fields of the vendor's page, in its order, with their types. */
const fields: readonly [name: string, kind: Kind][] = [
  ['id', text],
  ['status', oneOf(
    'pending', 'capturing', 'processing', 'completed', 'expired', 'failed', 'awaiting_external', 'under_review', 'sandbox_pending'
  )],
  ['is_sandbox', flag],
  ['environment', text],
  ['created_at', time],
  ['updated_at', time],
  ['external_ref', orNull(text)],
  ['metadata', map],
  ['country', orNull(text)],
  ['checks', orNull(list)],
  ['workflow_id', orNull(text)],
  ['document_type', orNull(text)],
  ['retention_status', orNull(oneOf('active', 'sensitive_redacted', 'redacted'))],
  ['processing_attempts', orNull(whole)],
  ['consent_ip', orNull(text)],
  ['capture_url', orNull(text)],
  ['token_expires_at', orNull(time)],
  ['case_id', orNull(text)],
  ['case_status', orNull(oneOf('open', 'in_review', 'escalated', 'pending_second_review', 'approved', 'rejected'))],
  ['tags', list]
]

/** The names of a session's fields, in the order of the vendor's page. */
export const fieldNames: readonly string[] = fields.map(([name]) => name)

const isOpen = ({ json }: Answer) => ['pending', 'capturing'].includes(memberOf(json, 'status') as string)
const decidedForm = 'in UTC, with milliseconds and Z'
const isDecidedForm = (value: unknown) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)

const belongsToKey: Expectation = {
  expected: 'is_sandbox true for a sandbox key, false for a live one',
  look: ({ answer: { json }, fill }) => {
    const isSandbox = memberOf(json, 'is_sandbox')
    return isSandbox === fill('{api_key}').startsWith('vk_sandbox_') ? undefined : `is_sandbox ${String(isSandbox)}`
  }
}

/** The session that an update answers with. */
export const session: readonly Case[] = [
  {
    name: 'the fields are in the order of the page',
    mark: 'DOC',
    says: 'Response: Updated session, with twenty fields.',
    steps: [{ body: {}, expect: [accepted, keysInOrder(fieldNames)] }]
  },
  ...fields.map(([name, [kind, is]]): Case => ({
    name: `${name} is ${kind.startsWith('one of') ? 'one of those listed' : kind}`,
    mark: 'DOC',
    says: `Response: ${name} is ${kind}.`,
    steps: [{ body: {}, expect: [accepted, member(name, kind, is)] }]
  })),
  {
    name: 'there are no other fields',
    mark: 'DECIDED',
    says: 'The answer has the twenty fields of the page alone.',
    steps: [{ body: {}, expect: [accepted, noOtherKeys(fieldNames)] }]
  },
  {
    name: 'capture_url is present only while the session is pending or capturing',
    mark: 'DOC',
    says: 'capture_url: Capture URL (only present while session is pending/capturing).',
    steps: [{ body: {}, expect: [accepted, member('capture_url', 'nothing unless pending or capturing', (url, answer) => isOpen(answer) || url == null)] }]
  },
  {
    name: 'capture_url and token_expires_at are null unless the session is pending or capturing, and there while it is',
    mark: 'DECIDED',
    says: 'capture_url and token_expires_at are null unless the session is pending or capturing.',
    steps: [{
      body: {},
      expect: ['capture_url', 'token_expires_at'].map(name =>
        member(name, 'text while pending or capturing, else null', (value, answer) => isOpen(answer) ? typeof value === 'string' : value === null))
    }]
  },
  {
    name: 'times are in UTC, ISO 8601 with milliseconds and Z',
    mark: 'DECIDED',
    says: 'Times are UTC, ISO 8601 with milliseconds and Z.',
    steps: [{
      body: {},
      expect: [
        member('created_at', decidedForm, isDecidedForm),
        member('updated_at', decidedForm, isDecidedForm),
        member('token_expires_at', `${decidedForm}, or null`, value => value === null || isDecidedForm(value))
      ]
    }]
  },
  {
    name: 'the environment is env_sandbox or env_live',
    mark: 'DECIDED',
    says: 'environment is env_live or env_sandbox, as is_sandbox says.',
    steps: [{
      body: {},
      expect: [member('environment', 'env_sandbox where is_sandbox is true, else env_live', (value, { json }) =>
        value === (memberOf(json, 'is_sandbox') === true ? 'env_sandbox' : 'env_live'))]
    }]
  },
  {
    name: 'the session belongs to the environment of the key',
    mark: 'DOC',
    says: 'Keys are prefixed with vk_live_ (production) or vk_sandbox_ (sandbox), and see the data of their environment only.',
    steps: [{ body: {}, expect: [accepted, belongsToKey] }]
  }
]
