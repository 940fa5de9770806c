import { parseArgs } from 'node:util'

/** Every flag: its default and what it does. The type of the default (list, number, text, boolean) is the type of the flag. */
const flags = {
  'rounds': { value: 9, text: 'how many times each pair is measured' },
  'fresh': { value: 3, text: 'after how many rounds both processes are restarted' },
  'seconds': { value: 3, text: 'how long one measurement takes; a whole number' },
  'warmup': { value: 6, text: 'seconds of load after each start that are not measured; three times as many for WireMock\'s JVM' },
  'connections': { value: 32, text: 'how many connections the load uses' },
  'sizes': { value: [10, 100_000, 1_000_000], text: 'how many sessions and keys the mock is filled with; the others are compared with the first' },
  'weigh': { value: 100_000, text: 'how many sessions and keys are weighed' },
  'only': { value: [], text: 'the comparisons to make, separated by commas; a name includes all that begin with it and a hyphen' },
  'skip-peers': { value: false, text: 'leave out Prism, json-server, Mockoon, and WireMock' },
  'server-core': { value: 1, text: 'the core that servers are pinned to' },
  'load-core': { value: 0, text: 'the core that the load comes from' },
  'autocannon': { value: false, text: 'use autocannon even if wrk is installed' },
  'json': { value: '', text: 'a file for all single measurements' }
}

/**
 * @param {string[]} args the arguments
 * @returns the settings, or `undefined` when help is requested
 */
export function readCommandLine (args) {
  const options = Object.fromEntries(Object.entries(flags).map(([name, { value }]) => [name, { type: value === false ? 'boolean' : 'string' }]))
  let given
  try {
    given = parseArgs({ args, options: { ...options, help: { type: 'boolean', short: 'h' } } }).values
  } catch (error) {
    console.error(error.message)
    process.exit(2)
  }
  if (given.help) return undefined
  const settings = Object.entries(flags).map(([name, { value }]) => [camel(name), read(name, given[name], value)])
  return { ...Object.fromEntries(settings), json: given.json, command: ['npm start', ...args.length > 0 ? ['--', ...args] : []].join(' ') }
}

function read (name, text, value) {
  if (text === undefined || typeof text === 'boolean') return text ?? value
  if (Array.isArray(value)) return text.split(',').map(part => typeof value[0] === 'number' ? readNumber(name, part) : part.trim())
  return typeof value === 'number' ? readNumber(name, text) : text
}

function readNumber (name, text) {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text)
  console.error(`--${name} must be a number, not ${text}`)
  process.exit(2)
}

function camel (name) {
  return name.replace(/-(.)/g, (_, letter) => letter.toUpperCase())
}

/** What `npm start -- --help` prints. */
export function help (comparisons) {
  return [
    'Compares verifa-mock with bare Fastify, node:http, and other mock servers, in paired rounds.',
    'Prints a Markdown table to standard output, and its progress to standard error.',
    '',
    'Usage: npm start -- [flags]',
    '',
    'Flags:',
    ...Object.entries(flags).map(([name, { value, text }]) => {
      const takesValue = value !== false
      const defaultText = takesValue && String(value) !== '' ? ` (default: ${value})` : ''
      return `  --${name}${takesValue ? ' <value>' : ''}\n      ${text}${defaultText}`
    }),
    '',
    'Comparisons:',
    ...comparisons.map(({ id, what }) => `  ${id.padEnd(20)}${what}`),
    '',
    'All comparisons take about an hour: npm start',
    'A short check takes about four minutes: npm start -- --rounds 2 --fresh 2 --seconds 1 --warmup 1 --sizes 10,10000 --weigh 10000'
  ].join('\n')
}
