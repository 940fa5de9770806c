// Knip: verifa-mock, bench/, judges/, and mutation/ have no unused files, exports, or dependencies, and none that are not listed.
import { here, root, run } from './processes.js'

export default async function () {
  const config = `${here}knip.jsonc`
  await run(`${here}node_modules/knip/bin/knip.js`, '--directory', root, '--config', config, '--treat-config-hints-as-errors', '--no-progress')
  return 'Knip finds nothing that is unused or not listed'
}
