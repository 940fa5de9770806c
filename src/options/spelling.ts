import type { TObject, TSchema } from '@sinclair/typebox'
import { nearest } from '../contract/nearest.js'

/** How an option is spelled on a command line and in an environment. */
export interface Spelling {
  option: string
  schema: TSchema
  flag: string
  /** The environment variables for the option; the first one that is set wins. */
  variables: string[]
}

/** The words given for an option, and the flag or variable that they came from. */
export interface Given {
  name: string
  values: string[]
}

export type Environment = Readonly<Record<string, string | undefined>>

/** The prefix of all variables of verifa-mock. */
const PREFIX = 'VERIFA_MOCK_'

/**
 * How the options of a schema are spelled: `maxIdempotencyKeys` is `--max-idempotency-keys` and
 * `VERIFA_MOCK_MAX_IDEMPOTENCY_KEYS`. The flag of a list sets one item, so `apiKeys` is `--api-key`. The flag of a boolean inverts its
 * default, so `control` is `--no-control`.
 * @param group the part of the variables after the prefix, such as `CONFORMANCE_`
 */
export function spellOptions ({ properties }: TObject, group = ''): Spelling[] {
  return Object.entries(properties).map(([option, schema]) => {
    const word = (schema['type'] === 'array' ? option.replace(/s$/, '') : option).replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
    const variable = PREFIX + group + word.toUpperCase().replaceAll('-', '_')
    return {
      option,
      schema,
      flag: schema['type'] === 'boolean' && schema.default === true ? `--no-${word}` : `--${word}`,
      variables: option === 'port' || option === 'host' ? [variable, option.toUpperCase()] : [variable]
    }
  })
}

/** The options that an environment sets; empty variables are ignored. */
export function readEnvironment (spellings: readonly Spelling[], env: Environment): Map<string, Given> {
  const given = new Map<string, Given>()
  for (const { option, schema, variables } of spellings) {
    for (const name of variables) {
      const value = env[name]
      if (value === undefined || value === '' || given.has(option) || isServiceLink(name, value)) continue
      given.set(option, { name, values: schema['type'] === 'array' ? value.split(/[\s,]+/).filter(word => word !== '') : [value] })
    }
  }
  return given
}

/** A sentence for each unknown variable with the prefix of verifa-mock, which is probably misspelled. */
export function unknownVariables (spellings: readonly Spelling[], env: Environment): string[] {
  const known = spellings.flatMap(({ variables }) => variables).filter(name => name.startsWith(PREFIX))
  return Object.entries(env)
    .filter(([name, value]) => name.startsWith(PREFIX) && value !== '' && !known.includes(name) && !isServiceLink(name, value))
    .map(([name]) => {
      // without the prefix, which would make all of them similar
      const near = nearest(name.slice(PREFIX.length), known.map(name => name.slice(PREFIX.length)))
      return `${name} is not a variable of verifa-mock and is ignored. ` +
        (near === undefined ? 'docs/options.md lists the variables.' : `Did you mean ${PREFIX}${near}?`)
    })
}

/**
 * Whether Kubernetes set a variable: for a service called verifa-mock, or verifa-mock-eu, it sets in all containers
 * `VERIFA_MOCK_PORT=tcp://10.0.0.1:4010`, `VERIFA_MOCK_SERVICE_HOST`, `VERIFA_MOCK_PORT_4010_TCP_ADDR` and more.
 */
function isServiceLink (name: string, value = ''): boolean {
  return /_SERVICE_(HOST|PORT(_\w+)?)$|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(name) ||
    (name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value))
}

/** Converts words to the type of their option. Other words stay text, which the check of the options refuses. */
export function readValue (schema: TSchema, values: string[]): unknown {
  const value = values[values.length - 1] as string
  switch (schema['type']) {
    case 'array': return values
    case 'integer': return /^\d+$/.test(value) ? Number(value) : value
    case 'boolean': return value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : value
    default: return value
  }
}
