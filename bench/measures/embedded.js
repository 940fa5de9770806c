import { fileURLToPath } from 'node:url'
import { median } from '../rounds.js'
import { run } from '../load/run.js'

const child = fileURLToPath(new URL('embedded-child.js', import.meta.url))

/** How long an instance takes to be built and ready inside a process that has had one before. */
export function embedded ({ what, target }) {
  return async ({ settings }) => {
    const values = []
    const first = []
    for (let round = 0; round < settings.rounds; round++) {
      const times = JSON.parse(await run(settings.serverCore, [process.execPath, child, String(settings.instances)]))
      first.push(times[0])
      values.push(median(times.slice(1)))
    }
    return [
      { what: `${what}, second and later`, values, unit: 'milliseconds', target },
      { what: `${what}, the first in a process`, values: first, unit: 'milliseconds' }
    ]
  }
}
