import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Logger } from 'pino'
import type { NamedFixture } from '../domain/fixtures/fixture-set.js'
import type { FixtureChanges } from '../domain/workspace.js'

export interface WatchOptions {
  /** The file or folder. */
  path: string
  /** The fixtures that were read at the start. */
  fixtures: readonly NamedFixture[]
  /** Reads the fixtures. It throws when they cannot be used. */
  read: () => readonly NamedFixture[]
  /** Logs that fixtures were reloaded, or could not be. */
  log: Pick<Logger, 'info' | 'error'>
  /** Called with the changes, and with all current fixtures. */
  onChange: (changes: FixtureChanges, all: readonly NamedFixture[]) => void
  /** Ends the watching. */
  signal: AbortSignal
}

/** How long to wait before the next check, in milliseconds. */
const INTERVAL = 200

/**
 * Reloads the fixtures when their file, or a file in their folder, has changed. While they are invalid, the old ones stay. Resolves when
 * watching has begun.
 *
 * It compares the state of the files five times a second. File system events do not arrive if a file is mounted into a container, and
 * libraries that poll watch the whole tree below the folder and follow its symbolic links.
 */
export async function watchFixtures ({ path, fixtures, read: readFixtures, log, onChange, signal }: WatchOptions): Promise<void> {
  let current = fixtures
  let read = await stateOf(path)

  const readAgain = () => {
    try {
      const all = readFixtures()
      onChange(compare(current, all), all)
      current = all
      log.info(`fixtures were read again from ${path}: ${all.length} sessions`)
    } catch (error) {
      log.error(`fixtures stay as they were. ${(error as Error).message}`)
    }
  }
  const watch = async () => {
    let before = read
    while (await wait(INTERVAL, true, { signal, ref: false }).catch(() => false)) {
      const now = await stateOf(path)
      // the same state twice, so nobody is writing any more
      if (now === before && now !== read) {
        read = now
        readAgain()
      }
      before = now
    }
  }
  void watch()
}

/** A text that changes whenever the fixtures at a path may have changed. Subfolders are ignored. */
async function stateOf (path: string): Promise<string> {
  const names = await readdir(path).catch(() => undefined) // a file, or a path that does not exist
  const files = names === undefined ? [path] : names.filter(name => name.endsWith('.json')).sort().map(name => join(path, name))
  const states = await Promise.all(files.map(async file => stat(file).then(
    ({ ino, size, mtimeMs, ctimeMs }) => [file, ino, size, mtimeMs, ctimeMs].join(' '),
    (error: unknown) => `${file} ${String((error as NodeJS.ErrnoException).code)}` // such as a broken link
  )))
  return states.join('\n')
}

function compare (before: readonly NamedFixture[], after: readonly NamedFixture[]): FixtureChanges {
  const [old, young] = [before, after].map(fixtures => new Map(fixtures.map(fixture => [fixture.id, fixture]))) as
    [Map<string, NamedFixture>, Map<string, NamedFixture>]
  const differs = ({ id }: NamedFixture) => !isDeepStrictEqual(old.get(id), young.get(id))
  return { outdated: before.filter(differs).map(({ id }) => id), updated: after.filter(differs) }
}
