import { KindGuard, type Static, type TObject, type TSchema } from '@sinclair/typebox'
import { maskApiKey } from '../contract/masking.js'
import { nearest } from '../contract/nearest.js'
import { checkOf } from '../contract/validation.js'

/** Options that cannot be used. The message has a line for each problem. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError'
}

/**
 * The options that a schema describes, with their defaults.
 * @param nameOf the name of an option for the caller: its own name in code, a flag or a variable on the command line
 * @throws OptionsError that names every option that is wrong or missing, its value, and the allowed values
 */
export function checkOptions<T extends TObject> (
  schema: T, given: Readonly<Record<string, unknown>>, nameOf: (option: string) => string
): Static<T> {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined)
  const defaults = Object.entries(schema.properties)
    .filter(([, option]) => 'default' in option)
    .map(([name, option]) => [name, option.default as unknown])
  const options = { ...Object.fromEntries(defaults), ...Object.fromEntries(entries) } as Record<string, unknown>
  const complaints = entries.flatMap(([option, value]) => complain(schema, option, value, nameOf(option)))
  const missing = Object.entries(schema.properties)
    .filter(([option, property]) => !(option in options) && !KindGuard.IsOptional(property))
    .map(([option, property]) => `${nameOf(option)} is missing. It takes ${allowed(property)}.`)
  const problems = [...complaints, ...missing]
  if (problems.length > 0) throw new OptionsError(problems.join('\n'))
  return options
}

/** Checks an option by its own schema, and only if it is given, because compiling schemas delays every start. */
function complain ({ properties }: TObject, option: string, value: unknown, name: string): string[] {
  if (!Object.hasOwn(properties, option)) {
    const near = nearest(option, Object.keys(properties))
    return [`${name} is not an option. ${near === undefined ? `The options are ${Object.keys(properties).join(', ')}.` : `Did you mean ${near}?`}`]
  }
  const schema = properties[option] as TSchema
  return checkOf(schema)(value).map(({ loc }) => {
    const wrong = loc.reduce((part, step) => (part as Record<string, unknown>)[step], value)
    const shown = schema['x-masked'] === true && typeof wrong === 'string' ? maskApiKey(wrong) : wrong
    return `${name} cannot be ${JSON.stringify(shown)}. It takes ${allowed(schema)}.`
  })
}

/** The allowed values of an option, in words: its `x-takes`, or by default, words for its type. */
export function allowed (option: TSchema): string {
  const schema = option as unknown as { 'x-takes'?: string, 'enum'?: string[], 'minimum': number, 'maximum': number, 'type': string }
  if (schema['x-takes'] !== undefined) return schema['x-takes']
  if (schema.enum !== undefined) return `one of ${schema.enum.join(', ')}`
  if (schema.type === 'integer') return `a whole number from ${schema.minimum} to ${schema.maximum}`
  if (schema.type === 'boolean') return 'true or false'
  return 'text that is not empty'
}
