import { hash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Problem } from '../contract/errors.js'
import { checkFixtures, type Fixture } from '../domain/fixtures/fixture.js'
import type { NamedFixture } from '../domain/fixtures/fixture-set.js'
import { checkRestRules, checkStateForm, type ResultSchemas, type State } from '../domain/state.js'

/** Fixtures that cannot be used. The message names file, session, and field of every problem, one per line. */
export class FixtureError extends Error {
  override readonly name = 'FixtureError'
}

/** Fixtures in code or on disk: the path of a JSON file or a folder of JSON files, a session, a list of sessions, or a state. */
export type FixtureSource = string | Fixture | readonly Fixture[] | State

/** The content of fixtures: sessions with their IDs, and the rest of a state. */
export interface ReadFixtures extends Omit<State, 'sessions'> {
  fixtures: NamedFixture[]
}

/** A document and where it comes from: a file, or `fixtures` in code. */
export interface Source {
  name: string
  content: unknown
}

/** The maximum number of problems in a message. */
const MAX_PROBLEMS = 100

/**
 * Reads and checks fixtures. A file contains a session, a list of sessions, or a state. Of a folder, all `*.json` files are read.
 * @throws FixtureError that names all problems
 */
export function readFixtures (source: FixtureSource, results: ResultSchemas): ReadFixtures {
  return fixturesOf(typeof source === 'string' ? fixtureFiles(source).map(readFile) : [readCode(source)], results)
}

/**
 * Checks documents together.
 * @throws FixtureError that names all problems
 */
export function fixturesOf (sources: readonly Source[], results: ResultSchemas): ReadFixtures {
  const broken = sources.flatMap(({ name, content }) => content instanceof Error ? [`${name}: ${content.message}`] : [])
  const documents = sources.filter(({ content }) => !(content instanceof Error))
    .map(({ name, content }) => ({ name, state: toState(content) }))
  const entries = documents.flatMap(({ name, state: { sessions } }) =>
    Array.isArray(sessions) ? sessions.map((fixture: unknown, index) => ({ name, position: index + 1, fixture })) : [])
  const inSessions = checkFixtures(entries.map(({ fixture }) => fixture)).map(problem => {
    const { name, position, fixture } = entries[problem.loc[0] as number] as typeof entries[number]
    const id = (fixture as Fixture | null)?.id
    return `${name}: session ${position}${typeof id === 'string' ? ` (${id})` : ''}: ${describe(problem, 1)}`
  })
  const inStates = documents.flatMap(({ name, state }) => checkRest(state, results).map(problem => `${name}: ${describe(problem, 0)}`))
  const clocks = documents.filter(({ state }) => state.clock !== undefined)
  const severalClocks = clocks.length > 1 ? [`${clocks.map(({ name }) => name).join(', ')}: only one of them can set the clock`] : []
  refuse([...broken, ...inSessions, ...inStates, ...severalClocks])

  const states = documents.map(({ state }) => state as State)
  const endpoints = states.flatMap(({ webhook_endpoints: endpoints }) => endpoints === undefined ? [] : [endpoints])
  const deliveries = states.flatMap(({ webhook_deliveries: deliveries = [] }) => deliveries)
  return {
    fixtures: entries.map(({ name, position, fixture }) => ({ id: idOf(name, position), ...fixture as Fixture })),
    idempotency_keys: states.flatMap(({ idempotency_keys: keys = [] }) => keys),
    timeline: states.flatMap(({ timeline = [] }) => timeline),
    ...(endpoints.length > 0 && { webhook_endpoints: endpoints.flat() }),
    ...(deliveries.length > 0 && { webhook_deliveries: deliveries }),
    ...(clocks[0] !== undefined && { clock: (clocks[0].state as State).clock as NonNullable<State['clock']> })
  }
}

function refuse (problems: readonly string[]): void {
  if (problems.length === 0) return
  const more = problems.length - MAX_PROBLEMS
  throw new FixtureError([...problems.slice(0, MAX_PROBLEMS), ...(more > 0 ? [`${more} more problem${more === 1 ? '' : 's'}`] : [])].join('\n'))
}

function fixtureFiles (path: string): string[] {
  let files: string[]
  try {
    if (!statSync(path).isDirectory()) return [path]
    files = readdirSync(path).filter(name => name.endsWith('.json')).sort().map(name => join(path, name))
  } catch (error) {
    throw new FixtureError(`${path}: ${explain(error as NodeJS.ErrnoException)}`)
  }
  if (files.length > 0) return files
  throw new FixtureError(`${path}: the folder has no *.json file. To start without sessions, use a file that contains [].`)
}

function explain ({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'there is no such file or folder. Check --fixtures (fixtures).'
  if (code === 'EACCES') return 'this user cannot read it.'
  return message
}

/** Fixtures in code, as they would stand in a file. */
function readCode (source: object): Source {
  const name = 'fixtures'
  try {
    return { name, content: JSON.parse(JSON.stringify(source)) as unknown }
  } catch (error) {
    return { name, content: error }
  }
}

/** Reads a file. If that fails, the content is the error. */
export function readFile (file: string): Source {
  try {
    // reading a pipe would wait for a writer
    if (!statSync(file).isFile()) return { name: file, content: new Error('is not a file') }
    return { name: file, content: JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, '')) as unknown }
  } catch (error) {
    return { name: file, content: error instanceof SyntaxError ? error : new Error(explain(error as NodeJS.ErrnoException)) }
  }
}

/** A document as a state. A document without `sessions` is a session or a list of sessions. */
function toState (content: unknown): { sessions: unknown, clock?: unknown } {
  return isState(content) ? content : { sessions: [content].flat() }
}

export function isState (content: unknown): content is { sessions: unknown, clock?: unknown } {
  return typeof content === 'object' && content !== null && !Array.isArray(content) && 'sessions' in content
}

/** The problems of a state besides those of its sessions. */
function checkRest (state: { sessions: unknown }, results: ResultSchemas): Problem[] {
  const sessions = Array.isArray(state.sessions) ? [] : state.sessions
  if (sessions !== state.sessions && Object.keys(state).length === 1) return [] // sessions and nothing else, as in most fixtures
  const problems = checkStateForm({ ...state, sessions }, [])
  return problems.length > 0 ? problems : checkRestRules(state as State, [], results)
}

function describe ({ loc, msg }: Problem, skip: number): string {
  return [loc.slice(skip).join('.'), msg].join(' ').trim()
}

/** An ID for a fixture that has none: the same each time. */
function idOf (name: string, position: number): string {
  return `ses_${hash('sha256', `${basename(name)}:${position}`, 'hex').slice(0, 20)}`
}
