// Knip: no file, export or dependency of verifa-mock, of bench/, judges/ or mutation/ is unused, and none is used that is not listed.
import { here, root, run } from './processes.js'

export default async function () {
  const config = `${here}knip.jsonc`
  await run(`${here}node_modules/knip/bin/knip.js`, '--directory', root, '--config', config, '--treat-config-hints-as-errors', '--no-progress')
  return 'Knip finds nothing unused, and nothing used that is not listed'
}
