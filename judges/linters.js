// Two independent linters for OpenAPI, each with its recommended rules, have no findings, not even warnings.
import { createConfig, lintFromString } from '@redocly/openapi-core'
import spectralCore from '@stoplight/spectral-core'
import spectralRulesets from '@stoplight/spectral-rulesets'
import { casings, readDocument } from './documents.js'

const variants = [
  ...casings.map(casing => ['--default-key-inflection', casing]), ['--unknown-fields', 'ignore'], ['--no-control']
]

export default async function () {
  const findings = []
  for (const options of variants) {
    const document = await readDocument(...options)
    for (const lint of [spectral, redocly]) {
      for (const finding of await lint(document)) findings.push(`${lint.name}, openapi ${options.join(' ')}: ${finding}`)
    }
  }
  if (findings.length > 0) throw new Error(findings.join('\n'))
  return `Spectral and Redocly have no findings in ${variants.length} documents`
}

async function spectral (document) {
  const linter = new spectralCore.Spectral()
  linter.setRuleset({ extends: [[spectralRulesets.oas, 'recommended']] })
  const results = await linter.run(document)
  return results.map(({ code, message, path }) => `${code}: ${message} (${path.join('.')})`)
}

async function redocly (document) {
  const config = await createConfig({ extends: ['recommended'] })
  const problems = await lintFromString({ source: JSON.stringify(document), config })
  return problems.map(({ ruleId, message, location: [place] }) => `${ruleId}: ${message} (${place?.pointer})`)
}
