import type { Static } from '@sinclair/typebox'
import { nearest } from '../contract/nearest.js'
import { hostOf, isAllowedUrl } from '../domain/webhooks/hosts.js'
import { checkStoreUrl } from '../stores/valkey/store-url.js'
import { checkOptions, OptionsError } from './check.js'
import { Options, scopes } from './options.js'

/**
 * The options of a mock, with their defaults.
 * @param nameOf the name of an option for the user: its name in code, a flag or a variable on the command line
 * @throws OptionsError that names every wrong option, its value, and the allowed values
 */
export function resolveOptions (given: Partial<Options>, nameOf: (option: string) => string = option => option): Options {
  const options: Static<typeof Options> = checkOptions(Options, given, nameOf)
  const problems = unknownScopes(options.apiKeys, nameOf('apiKeys'))
  if (options.plan !== undefined && options.rateLimit !== undefined) problems.push(`${nameOf('plan')} and ${nameOf('rateLimit')} exclude each other. Set one of them.`)
  if (options.watch && typeof options.fixtures !== 'string') problems.push(`${nameOf('watch')} needs ${nameOf('fixtures')} to be a path.`)
  if (options.state !== undefined && options.isolation !== 'none') {
    problems.push(`${nameOf('state')} cannot be combined with ${nameOf('isolation')} ${options.isolation}: a state file holds one workspace.`)
  }
  problems.push(...storeProblems(options, nameOf))
  if (options.webhookUrl !== undefined && !isAllowedUrl(options.webhookUrl, options.webhookHosts)) {
    problems.push(`${nameOf('webhookUrl')} is not on this machine. To send there, add ${hostOf(options.webhookUrl)} to ${nameOf('webhookHosts')}.`)
  }
  if (options.webhookSecret !== undefined && options.webhookUrl === undefined) problems.push(`${nameOf('webhookSecret')} needs ${nameOf('webhookUrl')}.`)
  if (problems.length > 0) throw new OptionsError(problems.join('\n'))
  return options.publicUrl === undefined ? options : { ...options, publicUrl: options.publicUrl.replace(/\/+$/, '') }
}

/** The problems of the store, and of options that cannot be combined with it. They never show the store's password. */
function storeProblems ({ store, state, watch }: Partial<Options>, nameOf: (option: string) => string): string[] {
  if (store === undefined) return []
  const problem = checkStoreUrl(store)
  return [
    ...(problem === undefined ? [] : [`${nameOf('store')} ${problem}.`]),
    ...(state === undefined ? [] : [`${nameOf('state')} and ${nameOf('store')} exclude each other. Set one of them.`]),
    ...(watch === true ? [`${nameOf('watch')} cannot be combined with ${nameOf('store')}: a store keeps its sessions when fixtures change.`] : [])
  ]
}

/** A sentence for each scope that does not exist. It never shows the key. */
function unknownScopes (apiKeys: readonly string[], name: string): string[] {
  return apiKeys
    .flatMap(apiKey => apiKey.split('=')[1]?.split('+') ?? [])
    .filter(scope => !(scopes as readonly string[]).includes(scope))
    .map(scope => {
      const near = nearest(scope, scopes)
      const hint = near === undefined ? '' : ` Did you mean ${near}?`
      return `${name} has the unknown scope ${JSON.stringify(scope)}.${hint} The scopes are ${scopes.join(', ')}.`
    })
}
