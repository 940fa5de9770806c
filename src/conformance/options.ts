import { type Static, Type } from '@sinclair/typebox'
import { checkOptions, OptionsError } from '../options/check.js'

/** The options of `verifa-mock conformance`. They are loaded with the command line; all else in this folder is not. */
export const ConformanceOptions = Type.Object({
  baseUrl: Type.String({
    'pattern': '^https?://[^\\s/?#@]+(/[^\\s?#]*)?$',
    'description': 'Where the API is: what stands before /sessions/…, as https://api.withverifa.com/api/v1 or http://127.0.0.1:4010',
    'x-takes': 'an http or https URL without user, query and fragment'
  }),
  apiKey: Type.String({
    // no quote and no backslash: in an answer that tells the key as JSON it would have another form, and not be found and masked
    'pattern': '^vk_(live|sandbox)_[!#-+\\--\\[\\]-~]+$',
    'description': 'Secret API key to ask with',
    'x-takes': 'a secret key such as vk_sandbox_abc, without spaces, commas, quotes and backslashes',
    'x-masked': true
  }),
  sessionId: Type.String({ minLength: 1, description: 'Session to update, which must exist and not be redacted; it is put back afterwards' }),
  only: Type.Array(Type.String({ minLength: 1 }), {
    'default': [],
    'description': 'Run the cases whose topic or name has this text, or whose mark it is (DOC, DECIDED), and no others',
    'x-takes': 'part of a topic or name, or DOC or DECIDED'
  }),
  json: Type.Boolean({ default: false, description: 'Print the report as one JSON document' }),
  allowLive: Type.Boolean({ default: false, description: 'Go on with a key of the live environment, and so change a live session' })
}, { additionalProperties: false })
export type ConformanceOptions = Static<typeof ConformanceOptions>

/**
 * The options of a run, with their defaults.
 * @throws OptionsError that names every option that is wrong or missing, and a live key that nobody has allowed
 */
export function resolveConformanceOptions (
  given: Readonly<Record<string, unknown>>, nameOf: (option: string) => string = option => option
): ConformanceOptions {
  const options = checkOptions(ConformanceOptions, given, nameOf)
  if (options.apiKey.startsWith('vk_live_') && !options.allowLive) {
    throw new OptionsError(`${nameOf('apiKey')} is a key of the live environment. ` +
      'The suite changes the session: use a sandbox key, or say --allow-live.')
  }
  return options
}
