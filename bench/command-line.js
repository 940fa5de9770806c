import { parseArgs } from 'node:util'

/** Every flag: its default and what it does. A default that is a list or a number says how its text is read. */
const flags = {
  'rounds': { value: 9, text: 'how often each pair is measured' },
  'fresh': { value: 3, text: 'after how many rounds both processes are started anew' },
  'seconds': { value: 3, text: 'how long one measurement is under load; a whole number, for wrk' },
  'warmup': { value: 6, text: 'seconds of load after each start, which count for nothing; WireMock\'s JVM gets three times as much' },
  'connections': { value: 32, text: 'how many connections the load comes over' },
  'updates': { value: 1_000_000, text: 'after how many updates resident memory is looked at' },
  'sizes': { value: [10, 100_000, 1_000_000], text: 'how many sessions and keys the mock is filled with; the first is what the others are compared with' },
  'weigh': { value: 100_000, text: 'how many sessions and keys are weighed' },
  'instances': { value: 50, text: 'how many embedded instances are started in one process' },
  'only': { value: [], text: 'the comparisons to make, separated by commas; a word stands for all that begin with it' },
  'skip-peers': { value: false, text: 'leave out Prism, json-server, Mockoon and WireMock' },
  'server-core': { value: 1, text: 'the core that servers are pinned to' },
  'load-core': { value: 0, text: 'the core that the load comes from' },
  'autocannon': { value: false, text: 'take autocannon also where there is wrk' },
  'json': { value: '', text: 'a file to write every single measurement to' }
}

/**
 * @param {string[]} args the words after the program's name
 * @returns the settings, or nothing when help is asked for
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

function read (name, word, value) {
  if (word === undefined || typeof word === 'boolean') return word ?? value
  if (Array.isArray(value)) return word.split(',').map(part => typeof value[0] === 'number' ? readNumber(name, part) : part.trim())
  return typeof value === 'number' ? readNumber(name, word) : word
}

function readNumber (name, word) {
  if (/^\d+(\.\d+)?$/.test(word)) return Number(word)
  console.error(`--${name} takes numbers, not ${word}`)
  process.exit(2)
}

function camel (name) {
  return name.replace(/-(.)/g, (_, letter) => letter.toUpperCase())
}

/** What `npm start -- --help` prints. */
export function help (comparisons) {
  return [
    'Compares verifa-mock with bare Fastify, node:http and other mock servers, in paired rounds.',
    'Prints one markdown table on standard output; what happens meanwhile on standard error.',
    '',
    'Usage: npm start -- [flags]',
    '',
    'Flags:',
    ...Object.entries(flags).map(([name, { value, text }]) => {
      const isWord = value !== false
      const defaultText = isWord && String(value) !== '' ? ` (default: ${value})` : ''
      return `  --${name}${isWord ? ' <…>' : ''}\n      ${text}${defaultText}`
    }),
    '',
    'Comparisons:',
    ...comparisons.map(({ id, what }) => `  ${id.padEnd(20)}${what}`),
    '',
    'All of it, for the README, takes about an hour: npm start',
    'Briefly, in about four: npm start -- --rounds 2 --fresh 2 --seconds 1 --warmup 1 --updates 20000 --sizes 10,10000 --weigh 10000'
  ].join('\n')
}
