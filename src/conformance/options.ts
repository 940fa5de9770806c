import { Type } from '@sinclair/typebox'
import { checkOptions, OptionsError } from '../options/check.js'

/** The options of `verifa-mock conformance`. */
export interface ConformanceOptions {
  /** Base URL of the API: the part before `/sessions`. */
  baseUrl: string
  /** Secret API key to send. */
  apiKey: string
  /** Session to update. It must exist and not be redacted. The run restores it. Default: the run creates one and redacts it. */
  sessionId?: string
  /** URL at which the webhook endpoints of the run are created. Nothing listens there by default. The real API wants public HTTPS. */
  webhookUrl: string
  /** Texts that select cases by a part of their topic and name, or by their mark (`DOC`, `DECIDED`). Default: none, which selects all. */
  only: string[]
  /** Whether the report is JSON. Default: false. */
  json: boolean
  /** Whether a live key is accepted. Default: false. */
  allowLive: boolean
}

/** The schema of the options. The command line loads it, and nothing else in this folder. */
export const ConformanceOptions = Type.Object({
  baseUrl: Type.String({
    'pattern': '^https?://[^\\s/?#@]+(/[^\\s?#]*)?$',
    'description': 'Base URL of the API, the part before /sessions, such as https://api.withverifa.com/api/v1 or http://127.0.0.1:4010',
    'x-placeholder': 'url',
    'x-takes': 'an http or https URL without user name, query or fragment'
  }),
  apiKey: Type.String({
    // quotes and backslashes are escaped in JSON: such a key would not be found in a response, and so not masked
    'pattern': '^vk_(live|sandbox)_[!#-+\\--\\[\\]-~]+$',
    'description': 'Secret API key to send',
    'x-placeholder': 'key',
    'x-takes': 'a secret key such as vk_sandbox_abc, without spaces, commas, quotes or backslashes',
    'x-masked': true
  }),
  sessionId: Type.Optional(Type.String({
    'minLength': 1,
    'description': 'Session to update; it must exist and not be redacted, and is restored afterwards. Without one the suite creates a session',
    'x-placeholder': 'id'
  })),
  webhookUrl: Type.String({
    'pattern': '^https?://[^\\s/?#@]+(/[^\\s?#]*)?$',
    'default': 'http://127.0.0.1:9/webhooks',
    'description': 'URL at which webhook endpoints are created; the real API wants a public https URL',
    'x-placeholder': 'url',
    'x-takes': 'an http or https URL without user name, query or fragment'
  }),
  only: Type.Array(Type.String({ minLength: 1 }), {
    'default': [],
    'description': 'Run only the cases whose topic or name contains this text, or whose mark (DOC, DECIDED) it is',
    'x-takes': 'part of a topic or name, or DOC or DECIDED'
  }),
  json: Type.Boolean({ default: false, description: 'Print the report as JSON' }),
  allowLive: Type.Boolean({ default: false, description: 'Accept a live key, and change a live session' })
}, { additionalProperties: false })

/**
 * Fills in the defaults of the options and checks them.
 * @param nameOf what the user calls an option: by default its name here, on the command line a flag or an environment variable
 * @throws OptionsError that names every wrong or missing option, and for a live key without `allowLive`
 */
export function resolveConformanceOptions (
  given: Readonly<Record<string, unknown>>, nameOf: (option: string) => string = option => option
): ConformanceOptions {
  const options: ConformanceOptions = checkOptions(ConformanceOptions, given, nameOf)
  if (options.apiKey.startsWith('vk_live_')) {
    if (!options.allowLive) {
      throw new OptionsError(`${nameOf('apiKey')} is a live key, and the suite changes the session. Use a sandbox key, or add --allow-live.`)
    }
    if (options.sessionId === undefined) {
      throw new OptionsError(`${nameOf('apiKey')} is a live key, and the suite creates no live session. Add ${nameOf('sessionId')}.`)
    }
  }
  return options
}
