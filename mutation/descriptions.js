// A plugin for Stryker: the descriptions in schemas are for people, so tests do not repeat them.
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin'

const isDescription = ({ type, key }) => type === 'ObjectProperty' && key.name === 'description'
const isOnlyDescribed = ({ type, properties }) => type === 'ObjectExpression' && properties.length > 0 && properties.every(isDescription)

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, 'descriptions', {
  shouldIgnore: ({ node }) => isDescription(node) || isOnlyDescribed(node) ? 'a description' : undefined
})]
