import { Type } from '@sinclair/typebox'
import { schemaOf } from '../../contract/schema.js'
import { timestamp } from '../../contract/time.js'
import type { Decision } from '../decision.js'
import { mergeMetadata, MetadataInput } from './metadata.js'
import { type Metadata, nextVersion, type Session } from './session.js'
import { refuseRedacted } from './visible.js'

/** The only fields that an update can change (the vendor's page). Absent fields stay as they are. */
export interface SessionUpdate {
  /** The new external reference. */
  external_ref?: string
  /** Keys to merge into the session's metadata; null removes a key. */
  metadata?: Metadata
}

export const SessionUpdate = schemaOf<SessionUpdate>()(Type.Object({
  external_ref: Type.Optional(Type.String({ description: 'The new external reference' })),
  metadata: Type.Optional(MetadataInput)
}, { $id: 'SessionUpdate', additionalProperties: false, description: 'What to change; what is absent stays as it is' }))

/**
 * Updates a session. `updated_at` changes even if nothing else does (our decision).
 * @throws ApiError 422 if the session has been redacted
 */
export function updateSession (before: Session, update: SessionUpdate, now: number): Decision<Session> {
  refuseRedacted(before)
  const after = nextVersion(before, {
    updated_at: timestamp(now),
    external_ref: update.external_ref ?? before.external_ref,
    metadata: update.metadata === undefined ? before.metadata : mergeMetadata(before.metadata, update.metadata)
  })
  return {
    puts: { sessions: [after] },
    events: [{ type: 'session.updated', session_id: after.id, before, after }],
    response: { status: 200, body: after }
  }
}
