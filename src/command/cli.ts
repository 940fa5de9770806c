import { parseArgs } from 'node:util'
import { ConformanceOptions, resolveConformanceOptions } from '../conformance/options.js'
import { allowed, type OptionsError } from '../options/check.js'
import { fromEnvironment, type Given, type OptionWords, readValue, wordsOf } from '../options/spelling.js'
import { Options, resolveOptions } from '../options/options.js'

/** What a command line asks for. */
export type Command =
  | { name: 'serve' | 'health' | 'openapi', options: Options }
  | { name: 'conformance', options: ConformanceOptions }
  | { name: 'help', about?: 'conformance' }
  | { name: 'version' }
  | { name: 'problem', message: string }

export const commands = {
  serve: 'start the mock (the default)',
  health: 'ask the mock that runs with the same options whether it is up; exit 0 or 1',
  openapi: 'print the OpenAPI document',
  conformance: 'run the contract against a mock or the real API, and report drift; it has options of its own: conformance --help'
}

/** The words for the options of a mock. */
export const mockWords = wordsOf(Options, 'VERIFA_MOCK_')

/** The words for the options of `conformance`: its variables are its own, since its API key is no list of those that a mock accepts. */
export const conformanceWords = wordsOf(ConformanceOptions, 'VERIFA_MOCK_CONFORMANCE_')

/**
 * Reads a command line and an environment. Pure: nothing is printed, nothing ends.
 * A flag wins over an environment variable, `VERIFA_MOCK_PORT` over `PORT`; an empty variable is none.
 * @param args the words after the program's name
 */
export function parseCommandLine (args: readonly string[], env: Readonly<Record<string, string | undefined>>): Command {
  const tokens = tokenize(args)
  const [name = 'serve', ...rest] = tokens.flatMap(token => token.kind === 'positional' ? token.value : [])
  const isConformance = name === 'conformance'
  const [words, others] = isConformance ? [conformanceWords, mockWords] : [mockWords, conformanceWords]
  const problems: string[] = []
  const fromFlags = new Map<string, Given>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    if (token.name === 'help' && isConformance) return { name: 'help', about: name }
    if (token.name === 'help' || token.name === 'version') return { name: token.name }
    const { option, schema } = words.find(({ flag }) => flag === token.rawName) ?? {}
    if (option === undefined || schema === undefined) {
      problems.push(notAnOption(token.rawName, words, others, isConformance))
    } else if (schema['type'] === 'boolean') {
      if (token.value !== undefined) problems.push(`${token.rawName} takes no value.`)
      fromFlags.set(option, { name: token.rawName, values: [String(schema.default === false)] })
    } else if (token.value === undefined) {
      problems.push(`${token.rawName} needs a value. It takes ${allowed(schema)}.`)
    } else {
      fromFlags.set(option, { name: token.rawName, values: [...fromFlags.get(option)?.values ?? [], token.value] })
    }
  }
  const given = new Map([...fromEnvironment(words, env), ...fromFlags])

  if (!Object.hasOwn(commands, name)) problems.push(`${name} is not a command. The commands are ${Object.keys(commands).join(', ')}.`)
  if (rest.length > 0) problems.push(`${rest.join(' ')} is one word too many. There is one command, and everything else is an option.`)
  try {
    const wordsFor = (option: string) => words.find(words => words.option === option) as OptionWords
    const values = Object.fromEntries(Array.from(given, ([option, { values }]) => [option, readValue(wordsFor(option).schema, values)]))
    const nameOf = (option: string) => given.get(option)?.name ?? wordsFor(option).flag
    if (isConformance) {
      const options = resolveConformanceOptions(values, nameOf)
      if (problems.length === 0) return { name, options }
    } else {
      const options = resolveOptions(values, nameOf)
      if (name === 'health' && options.port === 0) problems.push('health needs the port of a running mock. Give it with --port or PORT.')
      if (problems.length === 0) return { name: name as 'serve' | 'health' | 'openapi', options }
    }
  } catch (error) {
    problems.push((error as OptionsError).message)
  }
  return { name: 'problem', message: [...problems, `verifa-mock ${isConformance ? 'conformance ' : ''}--help lists everything there is.`].join('\n') }
}

/** The words of a command line. Which flags take a value must be known before it is known which command they are for. */
function tokenize (args: readonly string[]) {
  const flags = [...mockWords, ...conformanceWords].map(({ flag, schema }): [string, { type: 'boolean' | 'string' }] =>
    [flag.slice(2), { type: schema['type'] === 'boolean' ? 'boolean' : 'string' }])
  return parseArgs({
    args: [...args],
    options: { ...Object.fromEntries(flags), help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' } },
    strict: false,
    tokens: true
  }).tokens
}

function notAnOption (flag: string, words: readonly OptionWords[], others: readonly OptionWords[], isConformance: boolean): string {
  const ofOthers = isConformance ? 'of the other commands, and not of conformance' : 'of conformance alone'
  const what = others.some(other => other.flag === flag) ? `an option ${ofOthers}` : 'not an option'
  return `${flag} is ${what}. The options are ${words.map(({ flag }) => flag).join(', ')}, --help, --version.`
}
