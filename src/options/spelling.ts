import type { TObject, TSchema } from '@sinclair/typebox'

/** How an option is called on a command line and in an environment. */
export interface OptionWords {
  option: string
  schema: TSchema
  flag: string
  /** The environment variables that give it, the one that wins first. */
  variables: string[]
}

/** The words that an option was given, and by what name. */
export interface Given {
  name: string
  values: string[]
}

/**
 * The words for the options of a schema: `maxIdempotencyKeys` is `--max-idempotency-keys` and, with the prefix `VERIFA_MOCK_`,
 * `VERIFA_MOCK_MAX_IDEMPOTENCY_KEYS`. A list is given one by one, so `apiKeys` is `--api-key`. What is true or false is turned
 * from its default by its flag alone, so `control` is `--no-control`.
 */
export function wordsOf ({ properties }: TObject, prefix: string): OptionWords[] {
  return Object.entries(properties).map(([option, schema]) => {
    const word = (schema['type'] === 'array' ? option.replace(/s$/, '') : option).replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
    const variable = prefix + word.toUpperCase().replaceAll('-', '_')
    return {
      option,
      schema,
      flag: schema['type'] === 'boolean' && schema.default === true ? `--no-${word}` : `--${word}`,
      variables: option === 'port' || option === 'host' ? [variable, option.toUpperCase()] : [variable]
    }
  })
}

/** What Kubernetes puts in `VERIFA_MOCK_PORT` for every container beside a service called verifa-mock, the mock's own above all. */
const SERVICE_LINK = /^(tcp|udp|sctp):\/\//

/** What an environment says of options; an empty variable is none. */
export function fromEnvironment (words: readonly OptionWords[], env: Readonly<Record<string, string | undefined>>): Map<string, Given> {
  const given = new Map<string, Given>()
  for (const { option, schema, variables } of words) {
    for (const name of variables) {
      const value = env[name]
      if (value === undefined || value === '' || given.has(option) || (option === 'port' && SERVICE_LINK.test(value))) continue
      given.set(option, { name, values: schema['type'] === 'array' ? value.split(/[\s,]+/).filter(word => word !== '') : [value] })
    }
  }
  return given
}

/** A word as the type its option has; one that does not fit stays a word, and is found by the check of the options. */
export function readValue (schema: TSchema, values: string[]): unknown {
  const value = values[values.length - 1] as string
  switch (schema['type']) {
    case 'array': return values
    case 'integer': return /^\d+$/.test(value) ? Number(value) : value
    case 'boolean': return value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : value
    default: return value
  }
}
