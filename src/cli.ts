import { parseArgs } from 'node:util'
import { allowed, type OptionName, optionNames, Options, type OptionsError, resolveOptions } from './options.js'

/** What a command line asks for. */
export type Command =
  | { name: 'serve' | 'health' | 'openapi', options: Options }
  | { name: 'help' | 'version' }
  | { name: 'problem', message: string }

const commands = {
  serve: 'start the mock (the default)',
  health: 'ask the mock that runs with the same options whether it is up; exit 0 or 1',
  openapi: 'print the OpenAPI document'
}

/**
 * `maxIdempotencyKeys` is `--max-idempotency-keys` and `VERIFA_MOCK_MAX_IDEMPOTENCY_KEYS`. A list is given one by one, so
 * `apiKeys` is `--api-key`. What is true or false is turned from its default by its flag alone, so `control` is `--no-control`.
 */
const words = optionNames.map(option => {
  const word = (typeOf(option) === 'array' ? option.replace(/s$/, '') : option).replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
  const variable = `VERIFA_MOCK_${word.toUpperCase().replaceAll('-', '_')}`
  return {
    option,
    flag: typeOf(option) === 'boolean' && defaultOf(option) === true ? `--no-${word}` : `--${word}`,
    variables: option === 'port' || option === 'host' ? [variable, option.toUpperCase()] : [variable]
  }
})

/**
 * Reads a command line and an environment. Pure: nothing is printed, nothing ends.
 * A flag wins over an environment variable, `VERIFA_MOCK_PORT` over `PORT`; an empty variable is none.
 * @param args the words after the program's name
 */
export function parseCommandLine (args: readonly string[], env: Readonly<Record<string, string | undefined>>): Command {
  const flags = Object.fromEntries(words.map(({ option, flag }) => [flag.slice(2), { type: typeOf(option) === 'boolean' ? 'boolean' : 'string' } as const]))
  const { tokens } = parseArgs({
    args: [...args],
    options: { ...flags, help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' } },
    strict: false,
    tokens: true
  })
  const given = fromEnvironment(env)
  const positionals: string[] = []
  const problems: string[] = []
  const fromFlags = new Map<OptionName, Given>()
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    if (token.name === 'help' || token.name === 'version') return { name: token.name }
    const option = words.find(({ flag }) => flag === token.rawName)?.option
    if (option === undefined) {
      problems.push(`${token.rawName} is not an option. The options are ${words.map(({ flag }) => flag).join(', ')}, --help, --version.`)
    } else if (typeOf(option) === 'boolean') {
      if (token.value !== undefined) problems.push(`${token.rawName} takes no value.`)
      fromFlags.set(option, { name: token.rawName, values: [String(defaultOf(option) === false)] })
    } else if (token.value === undefined) {
      problems.push(`${token.rawName} needs a value. It takes ${allowed(option)}.`)
    } else {
      fromFlags.set(option, { name: token.rawName, values: [...fromFlags.get(option)?.values ?? [], token.value] })
    }
  }
  for (const [option, flag] of fromFlags) given.set(option, flag)

  const [name = 'serve', ...rest] = positionals
  if (!Object.hasOwn(commands, name)) problems.push(`${name} is not a command. The commands are ${Object.keys(commands).join(', ')}.`)
  if (rest.length > 0) problems.push(`${rest.join(' ')} is one word too many. There is one command, and everything else is an option.`)
  try {
    const values = Object.fromEntries(Array.from(given, ([option, { values }]) => [option, readValue(option, values)]))
    const options = resolveOptions(values, option => (given.get(option as OptionName) as Given).name)
    if (name === 'health' && options.port === 0) problems.push('health needs the port of a running mock. Give it with --port or PORT.')
    if (problems.length === 0) return { name: name as keyof typeof commands, options }
  } catch (error) {
    problems.push((error as OptionsError).message)
  }
  return { name: 'problem', message: [...problems, 'verifa-mock --help lists everything there is.'].join('\n') }
}

/** The words that an option was given, and by what name. */
interface Given {
  name: string
  values: string[]
}

function fromEnvironment (env: Readonly<Record<string, string | undefined>>): Map<OptionName, Given> {
  const given = new Map<OptionName, Given>()
  for (const { option, variables } of words) {
    for (const name of variables) {
      const value = env[name]
      if (value !== undefined && value !== '' && !given.has(option)) {
        given.set(option, { name, values: typeOf(option) === 'array' ? value.split(/[\s,]+/).filter(word => word !== '') : [value] })
      }
    }
  }
  return given
}

function typeOf (option: OptionName): string {
  return Options.properties[option].type as string
}

function defaultOf (option: OptionName): string | number | boolean | string[] | undefined {
  return Options.properties[option].default as string | number | boolean | string[] | undefined
}

/** A word as the type its option has; one that does not fit stays a word, and is found by the check of the options. */
function readValue (option: OptionName, values: string[]): unknown {
  const value = values[values.length - 1] as string
  switch (typeOf(option)) {
    case 'array': return values
    case 'integer': return /^\d+$/.test(value) ? Number(value) : value
    case 'boolean': return value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : value
    default: return value
  }
}

const operands: Record<string, string> = { string: ' <text>', integer: ' <number>', array: ' <text> (repeatable)' }

/** What `verifa-mock --help` prints. */
export function help (): string {
  const options = words.map(({ option, flag, variables }) => {
    const value = option === 'fixtures' ? 'the sessions that come with verifa-mock' : String(defaultOf(option) ?? '')
    return `  ${flag}${operands[typeOf(option)] ?? ''}\n` +
      `      ${String(Options.properties[option].description)}\n` +
      (typeOf(option) === 'boolean' ? '' : `      takes ${allowed(option)}\n`) +
      `      default: ${value === '' ? 'none' : value}; environment: ${variables.join(' or ')}`
  })
  return [
    'A stand-in for Verifa\'s sessions API.',
    '',
    'Usage: verifa-mock [command] [options]',
    '',
    'Commands:',
    ...Object.entries(commands).map(([name, description]) => `  ${name.padEnd(9)}${description}`),
    '',
    'Options:',
    ...options,
    '  -h, --help',
    '      print this help',
    '  -v, --version',
    '      print the version'
  ].join('\n')
}
