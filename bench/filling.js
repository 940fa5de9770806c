import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InvalidRun } from './invalid-run.js'
import { workloadsAmong } from './workloads.js'

const CHUNK = 5_000
const EARLIEST = Date.parse('2020-01-01T00:00:00.000Z')

/** Writes a fixture file with one session, `ses_1`, so that the mock starts nearly empty. @returns its path */
export function oneFixture () {
  const file = join(tmpdir(), `verifa-mock-bench-${process.pid}.json`)
  writeFileSync(file, '[{"id":"ses_1","metadata":{"plan":"gold"}}]')
  process.on('exit', () => rmSync(file, { force: true }))
  return file
}

/** Adds `ses_2` to `ses_<size>` through the control plane. */
export async function fillSessions ({ url }, size) {
  for (let first = 2; first <= size; first += CHUNK) {
    const length = Math.min(CHUNK, size - first + 1)
    const sessions = Array.from({ length }, (_, index) => ({
      id: `ses_${first + index}`,
      created_at: new Date(EARLIEST + (first + index) * 1_000).toISOString(), // different in each session, as in real life
      metadata: { plan: 'free' }
    }))
    const response = await fetch(`${url}/_mock/sessions`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(sessions)
    })
    if (response.status !== 201) throw new InvalidRun(`seeding failed with ${response.status} ${(await response.text()).slice(0, 300)}`)
    await response.arrayBuffer()
  }
  const health = await (await fetch(`${url}/_mock/health`)).json()
  if (health.sessions !== size) throw new InvalidRun(`expected ${size} sessions, found ${health.sessions}`)
}

/** Updates each session once, each with its own key. The load cuts off the last responses when it stops, so it sends some more. */
export async function fillKeys (load, server, size) {
  await load.apply(server, workloadsAmong.fill(size), { limit: size + 1_000 })
}
