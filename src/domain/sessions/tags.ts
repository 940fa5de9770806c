import { Type } from '@sinclair/typebox'
import { apiError } from '../../contract/errors.js'
import { schemaOf } from '../../contract/schema.js'
import { timestamp } from '../../contract/time.js'
import type { Decision } from '../decision.js'
import { nextVersion, type Session } from './session.js'
import { refuseRedacted } from './visible.js'

/** The maximum number of tags of a session (the vendor's page). */
const MAX_TAGS = 50

/** Either one tag or several. */
export interface TagInput {
  /** A tag. */
  tag?: string
  /** Several tags. */
  tags?: string[]
}

const tag = (description: string) => Type.String({ minLength: 1, description })

export const TagInput = schemaOf<TagInput>()(Type.Object({
  tag: Type.Optional(tag('A tag; upper and lower case differ')),
  tags: Type.Optional(Type.Array(tag('A tag'), { description: 'Several tags' }))
}, { '$id': 'TagInput', 'additionalProperties': false, 'x-exactly-one': ['tag', 'tags'], 'description': 'Either `tag` or `tags`' }))

/** The tags of a session. */
export interface SessionTags {
  /** The session's ID. */
  readonly id: string
  /** All of its tags. */
  readonly tags: readonly string[]
}

export const SessionTags = schemaOf<SessionTags>()(Type.Object({
  id: Type.String({ description: 'Session ID' }),
  tags: Type.Unsafe<readonly string[]>(Type.Array(Type.String(), { description: 'All tags of the session' }))
}, { $id: 'SessionTags', description: 'The tags of a session' }))

/**
 * Appends tags, and ignores those that the session already has.
 * @throws ApiError 422 if the session has been redacted, or would have more than 50 tags
 */
export function addTags (before: Session, input: TagInput, now: number): Decision<SessionTags> {
  refuseRedacted(before)
  const tags = [...new Set([...before.tags, ...tagsOf(input)])]
  // a session of a fixture may already have more
  if (tags.length > Math.max(MAX_TAGS, before.tags.length)) throw apiError('tooManyTags')
  return withTags(before, tags, now)
}

/**
 * Removes tags, and ignores those that the session does not have.
 * @throws ApiError 422 if the session has been redacted
 */
export function removeTags (before: Session, input: TagInput, now: number): Decision<SessionTags> {
  refuseRedacted(before)
  const removed = tagsOf(input)
  return withTags(before, before.tags.filter(tag => !removed.includes(tag)), now)
}

/**
 * Replaces all tags. Drops duplicates, and keeps the first 50 (our decision).
 * @throws ApiError 422 if the session has been redacted
 */
export function setTags (before: Session, input: TagInput, now: number): Decision<SessionTags> {
  refuseRedacted(before)
  return withTags(before, [...new Set(tagsOf(input))].slice(0, MAX_TAGS), now)
}

function tagsOf ({ tag, tags = [] }: TagInput): readonly string[] {
  return tag === undefined ? tags : [tag]
}

/** Unlike an update, an operation that changes no tag does not change `updated_at`, and causes no event (our decision). */
function withTags (before: Session, tags: readonly string[], now: number): Decision<SessionTags> {
  const response = { status: 200, body: { id: before.id, tags } }
  if (tags.length === before.tags.length && tags.every((tag, index) => tag === before.tags[index])) return { events: [], response }
  const after = nextVersion(before, { updated_at: timestamp(now), tags })
  return { puts: { sessions: [after] }, events: [{ type: 'session.updated', session_id: after.id, before, after }], response }
}
