import assert from 'node:assert/strict'
import { timestamp } from '../../src/contract/time.js'
import { FixtureSet, type NamedFixture } from '../../src/domain/fixtures/fixture-set.js'
import { SESSION_EXPIRE, sessionExpiry } from '../../src/domain/sessions/expiry.js'
import { Workspace } from '../../src/domain/workspace.js'
import { memoryWorlds, noWebhooks, NOW } from './examples.js'

/** A workspace whose clock stands still, and where sessions expire. */
export function workspaceOf (fixtures: readonly NamedFixture[]): Workspace {
  const set = new FixtureSet(fixtures)
  return new Workspace({
    initialState: () => ({ fixtures: set, clock: { now: timestamp(NOW), frozen: true } }),
    worlds: memoryWorlds(),
    webhooks: noWebhooks,
    dueHandlers: { [SESSION_EXPIRE]: sessionExpiry },
    onTimelineError: error => assert.fail(error as Error)
  })
}
