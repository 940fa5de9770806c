import { allowed } from '../options/check.js'
import type { Spelling } from '../options/spelling.js'
import { commands, conformanceSpellings, mockSpellings } from './cli.js'

/** The output of `verifa-mock help`, or of `verifa-mock help conformance`. */
export function help (about?: 'conformance'): string {
  return [
    ...about === undefined ? aboutAll : aboutConformance,
    '',
    'Options:',
    ...(about === undefined ? mockSpellings : conformanceSpellings).map(describe),
    '  -h, --help',
    '      Print this help',
    '  -v, --version',
    '      Print the version'
  ].join('\n')
}

const aboutAll = [
  'A stand-in for Verifa\'s sessions API.',
  '',
  'Usage: verifa-mock [command] [options]',
  '',
  'Commands:',
  ...Object.entries(commands).map(([name, description]) => `  ${name.padEnd(13)}${description}`)
]

const aboutConformance = [
  'Calls every operation case by case, on a mock or on the real API, and reports where the responses differ from the contract.',
  'Afterwards it redacts the sessions that it created, and restores the one of --session-id. The report lists what remains. That does not change the exit code.',
  'Exit code: 0 if no documented behavior drifts, 1 if some does, 2 if the run could not start or was interrupted.',
  '',
  'Usage: verifa-mock conformance --base-url <url> --api-key <key> [options]'
]

function describe (spelling: Spelling): string {
  const { schema, flag } = spelling
  const placeholder = (schema['x-placeholder'] ?? { integer: 'number' }[schema['type'] as string] ?? 'text') as string
  const value = schema['type'] === 'boolean' ? '' : ` <${placeholder}>`
  return [
    `  ${flag}${value}${schema['type'] === 'array' ? ' (repeatable)' : ''}`,
    `      ${String(schema.description)}`,
    ...value === '' ? [] : [`      takes ${allowed(schema)}`],
    `      ${defaultOf(spelling)}`
  ].join('\n')
}

/** The default of an option, and the variables that set it. */
function defaultOf ({ option, schema, variables }: Spelling): string {
  if (schema['type'] === 'boolean') return `environment: ${variables.join(' or ')}=${String(!schema.default)}`
  const value = option === 'fixtures' ? 'the sessions that come with verifa-mock' : String(schema.default ?? '')
  return `default: ${value === '' ? 'none' : value}; environment: ${variables.join(' or ')}`
}
