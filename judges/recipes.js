// The recipes in examples/: Kubernetes manifests and Compose files have only fields of their schemas, with values of the right type.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { parse, parseAllDocuments } from 'yaml'
import { here, root, run } from './processes.js'

const composeFiles = ['examples/compose.yaml', 'examples/compose/compose.yaml']

export default async function () {
  const manifests = await readManifests(`${root}examples/kubernetes/`)
  await validate(manifests)
  await compile(manifests)
  checkReferences(manifests)
  await run(`${here}node_modules/dclint/bin/dclint.cjs`, '--quiet', ...composeFiles.map(file => root + file))
  return `${manifests.length} Kubernetes manifests fit the schemas and types of kubernetes-models, ` +
    `and dclint finds no error in ${composeFiles.length} Compose files`
}

/** Reads all documents of the files that kustomization.yaml names, which must be all files beside it. */
async function readManifests (folder) {
  const { resources } = parse(await readFile(`${folder}kustomization.yaml`, 'utf8'))
  const others = (await readdir(folder)).filter(name => name.endsWith('.yaml') && name !== 'kustomization.yaml')
  if (String(resources.toSorted()) !== String(others.sort())) throw new Error(`kustomization.yaml must name ${others.join(', ')}.`)
  const texts = await Promise.all(resources.map(name => readFile(folder + name, 'utf8')))
  return texts.flatMap(text => parseAllDocuments(text)).map(document => {
    if (document.errors.length > 0) throw document.errors[0]
    return document.toJS()
  })
}

/** Required fields, types, and formats. Kubernetes' schemas allow unknown fields: see `compile`. */
async function validate (manifests) {
  for (const manifest of manifests) {
    const { [manifest.kind]: Model } = await import(`kubernetes-models/${manifest.apiVersion}/${manifest.kind}`)
    try {
      new Model(manifest).validate()
    } catch (error) {
      throw new Error(`${manifest.kind} ${manifest.metadata?.name}: ${error.message}`)
    }
  }
}

/** Unknown fields, at any depth: TypeScript refuses them in an object literal. */
async function compile (manifests) {
  const lines = manifests.map((manifest, index) => {
    const type = `import('kubernetes-models/${manifest.apiVersion}/${manifest.kind}').I${manifest.kind}`
    return `export const ${manifest.kind}${index}: ${type} = ${JSON.stringify(manifest, null, 2)}\n`
  })
  await writeFile(`${here}generated/manifests.ts`, lines.join(''))
  const project = `${here}generated/manifests.tsconfig.json`
  // The declarations of kubernetes-models do not compile with exactOptionalPropertyTypes.
  const compilerOptions = { noEmit: true, skipLibCheck: true }
  await writeFile(project, JSON.stringify({ extends: '../clients/tsconfig.json', compilerOptions, files: ['manifests.ts'] }))
  await run(`${here}node_modules/typescript/bin/tsc`, '--project', project)
}

/** What no schema can say: every selector selects pods of a template, and every port that is named exists. */
function checkReferences (manifests) {
  const templates = manifests.flatMap(({ spec: { template } }) => template ?? [])
  const ports = templates.flatMap(({ spec: { containers } }) => containers.flatMap(({ ports }) => ports.map(({ name }) => name)))
  for (const manifest of manifests) {
    const { selector } = manifest.spec
    const labels = Object.entries(selector.matchLabels ?? selector)
    const selected = templates.some(({ metadata }) => labels.every(([name, value]) => metadata.labels[name] === value))
    if (!selected) throw new Error(`${manifest.kind} ${manifest.metadata.name} selects no pods: ${JSON.stringify(selector)}`)
    for (const [, port] of JSON.stringify(manifest).matchAll(/"(?:targetPort|port)":"(\w+)"/g)) {
      if (!ports.includes(port)) throw new Error(`${manifest.kind} ${manifest.metadata.name}: no container has a port named ${port}`)
    }
  }
}
