import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { VoidRun } from './void-run.js'
import { worksAmong } from './works.js'

const CHUNK = 5_000
const EARLIEST = Date.parse('2020-01-01T00:00:00.000Z')

/** A fixtures file that makes the mock start with as good as nothing: `ses_1`, which tells that it is ready. */
export function nearlyNoFixtures () {
  const file = join(tmpdir(), `verifa-mock-bench-${process.pid}.json`)
  writeFileSync(file, '[{"id":"ses_1","metadata":{"plan":"gold"}}]')
  process.on('exit', () => rmSync(file, { force: true }))
  return file
}

/** Adds `ses_2` … `ses_<size>` over the control plane. */
export async function fillSessions ({ url }, size) {
  for (let first = 2; first <= size; first += CHUNK) {
    const length = Math.min(CHUNK, size - first + 1)
    const sessions = Array.from({ length }, (_, index) => ({
      id: `ses_${first + index}`,
      created_at: new Date(EARLIEST + (first + index) * 1_000).toISOString(), // no two alike, as in real life
      metadata: { plan: 'free' }
    }))
    const response = await fetch(`${url}/_mock/sessions`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(sessions)
    })
    if (response.status !== 201) throw new VoidRun(`seeding answered ${response.status} ${(await response.text()).slice(0, 300)}`)
    await response.arrayBuffer()
  }
  const health = await (await fetch(`${url}/_mock/health`)).json()
  if (health.sessions !== size) throw new VoidRun(`there should be ${size} sessions, and there are ${health.sessions}`)
}

/** One update of each session under a key of its own. The last answers are cut off when the load stops: a few more are asked for. */
export async function fillKeys ({ put }, server, size) {
  await put(server, worksAmong.fill(size), { limit: size + 1_000 })
}
