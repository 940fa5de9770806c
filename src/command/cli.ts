import { ConformanceOptions, resolveConformanceOptions } from '../conformance/options.js'
import { nearest } from '../contract/nearest.js'
import { allowed, checkOptions, type OptionsError } from '../options/check.js'
import { Options } from '../options/options.js'
import { resolveOptions } from '../options/resolve.js'
import { type Environment, type Given, readEnvironment, readValue, type Spelling, spellOptions, unknownVariables } from '../options/spelling.js'
import { readArguments } from './arguments.js'
import { TriggerOptions } from './trigger-options.js'

/** What a command line asks for, with warnings about the environment. */
export type Command =
  | { name: 'serve' | 'health' | 'openapi', options: Options, warnings: string[] }
  | { name: 'trigger', event: string, options: Options, about: TriggerOptions, warnings: string[] }
  | { name: 'conformance', options: ConformanceOptions, warnings: string[] }
  | { name: 'help', about?: 'conformance' }
  | { name: 'version' }
  | { name: 'problem', message: string }

export const commands = {
  serve: 'start the mock (the default)',
  health: 'check the mock with the same --host and --port; exit code 0 if it is up, 1 if not',
  trigger: 'send webhooks of an event from the mock with the same --host and --port: trigger <event> [--session-id <id>] [--environment live|sandbox]',
  openapi: 'print the OpenAPI document',
  conformance: 'compare a mock or the real API with the contract and report drift; "help conformance" lists its options',
  help: 'print this help',
  version: 'print the version'
}

/** The flags and variables of a mock's options. */
export const mockSpellings = spellOptions(Options)

/** The flags and variables of `conformance`. The variables have their own prefix, because its API key is not one that a mock accepts. */
export const conformanceSpellings = spellOptions(ConformanceOptions, 'CONFORMANCE_')

/** The flags of `trigger`, besides those of the mock. They have no variables, because each event is different. */
const triggerSpellings = spellOptions(TriggerOptions).map((spelling): Spelling => ({ ...spelling, variables: [] }))

const all = [...mockSpellings, ...conformanceSpellings, ...triggerSpellings]

/**
 * Reads a command line and an environment. Does not print, and does not exit.
 * A flag wins over an environment variable, `VERIFA_MOCK_PORT` over `PORT`; an empty variable sets nothing.
 * @param args the words after the program's name
 */
export function parseCommandLine (args: readonly string[], env: Environment): Command {
  const parts = readArguments(args, takesValue)
  const [name = 'serve', ...words] = parts.flatMap(part => 'word' in part ? part.word : [])
  const flags = parts.filter(part => 'flag' in part)
  const isConformance = name === 'conformance' || (name === 'help' && words[0] === 'conformance')
  for (const { flag } of [...flags, { flag: `--${name}` }]) {
    if (flag === '--help') return { name: 'help', ...(isConformance && { about: 'conformance' }) }
    if (flag === '--version') return { name: 'version' }
  }

  const isTrigger = name === 'trigger'
  const [event] = words
  const rest = isTrigger ? words.slice(1) : words
  const spellings = isConformance ? conformanceSpellings : isTrigger ? [...mockSpellings, ...triggerSpellings] : mockSpellings
  const problems: string[] = []
  const fromFlags = new Map<string, Given>()
  for (const { flag, value } of flags) {
    const { option, schema } = spellings.find(spelling => spelling.flag === flag) ?? {}
    if (option === undefined || schema === undefined) {
      problems.push(unknownFlag(flag, spellings))
    } else if (schema['type'] === 'boolean') {
      if (value !== undefined) problems.push(`${flag} takes no value.`)
      fromFlags.set(option, { name: flag, values: [String(schema.default === false)] })
    } else if (value === undefined) {
      problems.push(`${flag} needs a value. It takes ${allowed(schema)}.`)
    } else {
      fromFlags.set(option, { name: flag, values: [...fromFlags.get(option)?.values ?? [], value] })
    }
  }
  const given = new Map([...readEnvironment(spellings, env), ...fromFlags])

  if (!Object.hasOwn(commands, name)) problems.push(unknownCommand(name))
  if (isTrigger && event === undefined) problems.push('trigger needs an event, such as trigger session.approved.')
  if (rest.length > 0) problems.push(`Only one command is allowed. Remove "${rest.join(' ')}".`)
  try {
    const spellingOf = (option: string) => spellings.find(spelling => spelling.option === option) as Spelling
    const values = Object.fromEntries(Array.from(given, ([option, { values }]) => [option, readValue(spellingOf(option).schema, values)]))
    const nameOf = (option: string) => given.get(option)?.name ?? spellingOf(option).flag
    const warnings = name === 'health' ? [] : unknownVariables(all, env) // containers run health every few seconds
    if (isConformance) {
      const options = resolveConformanceOptions(values, nameOf)
      if (problems.length === 0) return { name: 'conformance', options, warnings }
    } else {
      const isAbout = ([option]: [string, unknown]) => isTrigger && Object.hasOwn(TriggerOptions.properties, option)
      const about = checkOptions(TriggerOptions, Object.fromEntries(Object.entries(values).filter(isAbout)), nameOf)
      const options = resolveOptions(Object.fromEntries(Object.entries(values).filter(entry => !isAbout(entry))), nameOf)
      if ((isTrigger || name === 'health') && options.port === 0) problems.push(`${name} needs the port of a running mock. Set it with --port or PORT.`)
      if (problems.length === 0 && isTrigger) return { name, event: event as string, options, about, warnings }
      if (problems.length === 0) return { name: name as 'serve' | 'health' | 'openapi', options, warnings }
    }
  } catch (error) {
    problems.push((error as OptionsError).message)
  }
  return { name: 'problem', message: `${problems.join('\n')}\n${isConformance ? 'The command "help conformance" lists its options.' : 'The command "help" lists all commands and options.'}` }
}

/** Whether a flag takes a value. This must be known before the command is known. */
function takesValue (flag: string, next: string): boolean {
  const spelling = all.find(spelling => spelling.flag === flag)
  // a word after an unknown flag was probably meant as its value
  return spelling === undefined ? !['--help', '--version'].includes(flag) && !Object.hasOwn(commands, next) : spelling.schema['type'] !== 'boolean'
}

function unknownFlag (flag: string, spellings: readonly Spelling[]): string {
  if (mockSpellings.some(spelling => spelling.flag === flag)) return `${flag} is not an option of conformance.`
  const owners = Object.entries({ conformance: conformanceSpellings, trigger: triggerSpellings })
    .filter(([, its]) => its.some(spelling => spelling.flag === flag)).map(([command]) => command)
  if (owners.length > 0) return `${flag} is an option of ${owners.join(' and ')} only.`
  const names = [...spellings.map(({ flag }) => flag.slice(2)), 'help', 'version']
  const near = nearest(flag.replace(/^-+/, ''), names)
  return `${flag} is not an option.${near === undefined ? '' : ` Did you mean --${near}?`}`
}

function unknownCommand (name: string): string {
  // `npm start --port 4010`, without `--`, passes on the value without the flag
  const flag = /^\d+$/.test(name) ? '--port' : /[./\\]/.test(name) ? '--fixtures' : undefined
  if (flag !== undefined) {
    return `${name} is not a command. To set an option, write ${flag} ${name}. From a clone, pass options after --: npm start -- ${flag} ${name}`
  }
  const near = nearest(name, Object.keys(commands))
  return `${name} is not a command. ${near === undefined ? `The commands are ${Object.keys(commands).join(', ')}.` : `Did you mean ${near}?`}`
}
