import { Type } from '@sinclair/typebox'
import type { ResultSchemas } from '../../domain/state.js'
import type { Operation } from '../operation.js'
import { addTag } from './add-tag.js'
import { bulkRedactSessions } from './bulk-redact-sessions.js'
import { getResult } from './get-result.js'
import { getSessionResult } from './get-session-result.js'
import { listResults } from './list-results.js'
import { redactSession } from './redact-session.js'
import { removeTag } from './remove-tag.js'
import { setTags } from './set-tags.js'
import { updateSession } from './update-session.js'

/** All operations of the vendor's API that the mock has. */
export const operations: readonly Operation[] = [
  updateSession,
  addTag,
  removeTag,
  setTags,
  getSessionResult,
  listResults,
  getResult,
  redactSession,
  bulkRedactSessions
]

/** The schema of each operation's result. A saved result has to fit it, or a replay could not be written. */
export function resultSchemasOf (operations: readonly Operation[]): ResultSchemas {
  return Object.fromEntries(operations.map(({ id, success }) => [id, success.schema ?? Type.Null()]))
}
