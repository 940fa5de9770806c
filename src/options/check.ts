import { KindGuard, type Static, type TObject, type TSchema } from '@sinclair/typebox'
import { maskApiKey } from '../api-keys.js'
import { compileCheck } from '../validation.js'

/** Options that cannot be used. The message is one sentence for each problem, one a line. */
export class OptionsError extends Error {}

/**
 * The options that a schema describes, with their defaults.
 * @param nameOf what the giver calls an option: itself in code, a flag or an environment variable on the command line
 * @throws OptionsError that names every option that is wrong or missing, its value, and what is allowed
 */
export function checkOptions<T extends TObject> (
  schema: T, given: Readonly<Record<string, unknown>>, nameOf: (option: string) => string = option => option
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

/** Each option is checked by its own schema, and only when it is given: most starts give few, and to compile a schema takes its time. */
function complain ({ properties }: TObject, option: string, value: unknown, name: string): string[] {
  if (!Object.hasOwn(properties, option)) return [`${name} is not an option. The options are ${Object.keys(properties).join(', ')}.`]
  const schema = properties[option] as TSchema
  return compileCheck(schema)(value).map(({ loc }) => {
    const wrong = loc.reduce((part, step) => (part as Record<string, unknown>)[step], value)
    const told = schema['x-masked'] === true && typeof wrong === 'string' ? maskApiKey(wrong) : wrong
    return `${name} cannot be ${JSON.stringify(told)}. It takes ${allowed(schema)}.`
  })
}

/** What an option takes, in words: those of its `x-takes`, or what follows from its type. */
export function allowed (option: TSchema): string {
  const schema = option as unknown as { 'x-takes'?: string, 'enum'?: string[], 'minimum': number, 'maximum': number, 'type': string }
  if (schema['x-takes'] !== undefined) return schema['x-takes']
  if (schema.enum !== undefined) return `one of ${schema.enum.join(', ')}`
  if (schema.type === 'integer') return `a whole number from ${schema.minimum} to ${schema.maximum}`
  if (schema.type === 'boolean') return 'true or false'
  return 'text that is not empty'
}
