import { commands, conformanceWords, mockWords } from './cli.js'
import { allowed } from '../options/check.js'
import type { OptionWords } from '../options/spelling.js'

const operands: Record<string, string> = { string: ' <text>', integer: ' <number>', array: ' <text> (repeatable)' }

/** What `verifa-mock --help` prints, or what `verifa-mock conformance --help` does. */
export function help (about?: 'conformance'): string {
  return [
    ...about === undefined ? aboutAll : aboutConformance,
    '',
    'Options:',
    ...(about === undefined ? mockWords : conformanceWords).map(describe),
    '  -h, --help',
    '      print this help',
    '  -v, --version',
    '      print the version'
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
  'Runs the contract of a session\'s update, case by case, against a mock or the real API, and reports what is not as expected.',
  'What it changes in the session it puts back, and tells what it cannot, as a reference that was null: that does not change the exit code.',
  'Exit code: 0, 1 when something that the vendor documents drifts, 2 when it could not be run, or not to its end.',
  '',
  'Usage: verifa-mock conformance --base-url <text> --api-key <text> --session-id <text> [options]'
]

function describe ({ option, schema, flag, variables }: OptionWords): string {
  const fixed = String(schema.default ?? '')
  const value = option === 'fixtures' ? 'the sessions that come with verifa-mock' : fixed === '' ? 'none' : fixed
  return `  ${flag}${operands[schema['type'] as string] ?? ''}\n` +
    `      ${String(schema.description)}\n` +
    (schema['type'] === 'boolean' ? '' : `      takes ${allowed(schema)}\n`) +
    `      default: ${value}; environment: ${variables.join(' or ')}`
}
