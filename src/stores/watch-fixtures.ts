import { isDeepStrictEqual } from 'node:util'
import type { FastifyPluginAsync } from 'fastify'
import type { Logger } from 'pino'
import { type NamedFixture, readFixtures } from '../sessions/fixture-files.js'

/** What has changed between two readings of the fixtures: ids that are gone or other than before, and fixtures that are new or other. */
export interface FixtureChanges {
  outdated: string[]
  updated: NamedFixture[]
}

export interface WatchOptions {
  /** The file or folder. */
  path: string
  /** What was read from there. */
  fixtures: readonly NamedFixture[]
  /** Told when they were read again, and when they could not be. */
  log: Logger
  /** Told what has changed, and all that there is now. */
  onChange: (changes: FixtureChanges, all: NamedFixture[]) => void
}

/**
 * Reads the fixtures again whenever their file, or a file of their folder, has changed. Broken ones are told, and the
 * old ones stay.
 */
export const watchFixtures: FastifyPluginAsync<WatchOptions> = async (app, { path, fixtures, log, onChange }) => {
  const { watch } = await import('chokidar') // loaded only where somebody watches
  let current = fixtures
  const watcher = watch(path, {
    ignoreInitial: true,
    awaitWriteFinish: { stabilityThreshold: 100, pollInterval: 50 },
    // the events of a file that is mounted, or replaced by renaming, do not arrive everywhere
    usePolling: true,
    interval: 200
  })
  watcher.on('all', () => {
    try {
      const read = readFixtures(path)
      onChange(compare(current, read), read)
      current = read
      log.info(`fixtures were read again from ${path}: ${read.length} sessions`)
    } catch (error) {
      log.error(`fixtures stay as they were. ${(error as Error).message}`)
    }
  })
  app.addHook('onClose', async () => watcher.close())
  await new Promise<void>(resolve => watcher.once('ready', resolve))
}

function compare (before: readonly NamedFixture[], after: readonly NamedFixture[]): FixtureChanges {
  const [old, young] = [before, after].map(fixtures => new Map(fixtures.map(fixture => [fixture.id, fixture]))) as
    [Map<string, NamedFixture>, Map<string, NamedFixture>]
  const differs = ({ id }: NamedFixture) => !isDeepStrictEqual(old.get(id), young.get(id))
  return { outdated: before.filter(differs).map(({ id }) => id), updated: after.filter(differs) }
}
