import { hash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { checkFixtures, type Fixture } from './fixtures.js'

/** Fixtures that cannot be used. The message names file, session and field of everything that is wrong, one a line. */
export class FixtureError extends Error {}

/** A fixture that has its id: by it the same fixture is known in every workspace, after a reset, and when a file has changed. */
export type NamedFixture = Fixture & { id: string }

interface Entry {
  file: string
  position: number
  fixture: unknown
}

/**
 * Reads fixtures from a JSON file that holds one session, a list of them, or a saved state, or from all `*.json` files
 * of a folder.
 * @throws FixtureError
 */
export function readFixtures (path: string): NamedFixture[] {
  const problems: string[] = []
  const entries: Entry[] = []
  for (const file of fixtureFiles(path)) {
    const content = readJson(file)
    if (content instanceof Error) problems.push(`${file}: ${content.message}`)
    else sessionsOf(content).forEach((fixture, index) => entries.push({ file, position: index + 1, fixture }))
  }
  problems.push(...problemsOf(entries))
  if (problems.length > 0) throw new FixtureError(problems.join('\n'))
  return entries.map(({ file, position, fixture }) => ({ id: idOf(file, position), ...fixture as Fixture }))
}

function fixtureFiles (path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path]
    const files = readdirSync(path).filter(name => name.endsWith('.json')).sort().map(name => join(path, name))
    if (files.length > 0) return files
  } catch (error) {
    throw new FixtureError(`${path}: ${(error as Error).message}`)
  }
  throw new FixtureError(`${path}: this folder has no *.json file. To start without sessions, give a file that holds []`)
}

function readJson (file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''))
  } catch (error) {
    return error
  }
}

function sessionsOf (content: unknown): unknown[] {
  const { sessions } = (content ?? {}) as { sessions?: unknown }
  return [sessions ?? content].flat()
}

/** An id for a fixture that has none. */
function idOf (file: string, position: number): string {
  return `ses_${hash('sha256', `${basename(file)}:${position}`, 'hex').slice(0, 20)}`
}

function problemsOf (entries: Entry[]): string[] {
  return checkFixtures(entries.map(({ fixture }) => fixture)).map(({ loc: [index, ...field], msg }) => {
    const { file, position, fixture } = entries[index as number] as Entry
    const id = (fixture as Fixture | null)?.id
    return `${file}: session ${position}${typeof id === 'string' ? ` (${id})` : ''}: ${[field.join('.'), msg].join(' ').trim()}`
  })
}
