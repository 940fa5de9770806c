import { Type } from '@sinclair/typebox'
import { Pagination } from '../../contract/paging.js'
import { ref, schemaOf } from '../../contract/schema.js'
import type { Decision } from '../decision.js'
import type { Page, PageRead } from '../store.js'
import { type ResultDocument, type ResultStatus, SessionResult } from './result.js'
import type { Environment } from './session.js'

/** A filter for lists of results: every field must match. It is plain data, so that any store can search by it. */
export interface ResultFilter {
  readonly environment: Environment
  readonly status?: ResultStatus | undefined
  /** The earliest time that matches, in the mock's format. */
  readonly created_after?: string | undefined
  /** The latest time that matches, in the mock's format. */
  readonly created_before?: string | undefined
}

/** A result in a list, without personal data. */
type ListedResult = Pick<SessionResult,
  'session_id' | 'status' | 'created_at' | 'face_match_passed' | 'face_match_score' | 'age_check_passed' | 'rejection_reason' | 'rejection_reason_code'>

const { properties: fields } = SessionResult

const ListedResult = schemaOf<ListedResult>()(Type.Object({
  session_id: fields.session_id,
  status: fields.status,
  created_at: fields.created_at,
  face_match_passed: fields.face_match_passed,
  face_match_score: fields.face_match_score,
  age_check_passed: fields.age_check_passed,
  rejection_reason: fields.rejection_reason,
  rejection_reason_code: fields.rejection_reason_code
}, { $id: 'ListedResult', description: 'A result in a list, without personal data' }))

/** A page of results. */
export interface ResultList {
  /** The results of the page, newest first. */
  data: readonly ListedResult[]
  /** The position of the page in the whole list. */
  pagination: Pagination
}

export const ResultList = schemaOf<ResultList>()(Type.Object({
  data: Type.Unsafe<readonly ListedResult[]>(Type.Array(ref(ListedResult), { description: 'The results of the page, the newest first' })),
  pagination: ref(Pagination)
}, { $id: 'ResultList', description: 'A page of results' }))

/** The test of a filter, apart from its environment; `undefined` if every result of the environment passes. */
export function resultTest (filter: ResultFilter): ((document: ResultDocument) => boolean) | undefined {
  const { status, created_after: after, created_before: before } = filter
  if (status === undefined && after === undefined && before === undefined) return undefined
  // times in the mock's format sort as text
  return ({ result }) => (status === undefined || result.status === status) &&
    (after === undefined || result.created_at >= after) &&
    (before === undefined || result.created_at <= before)
}

/** Lists the results of a page, without personal data. */
export function listResults ({ documents, total }: Page<ResultDocument>, { limit, offset }: PageRead<ResultFilter>['newest']): Decision<ResultList> {
  return { events: [], response: { status: 200, body: { data: documents.map(listedResult), pagination: { total, limit, offset } } } }
}

function listedResult ({ result }: ResultDocument): ListedResult {
  return {
    session_id: result.session_id,
    status: result.status,
    created_at: result.created_at,
    face_match_passed: result.face_match_passed,
    face_match_score: result.face_match_score,
    age_check_passed: result.age_check_passed,
    rejection_reason: result.rejection_reason,
    rejection_reason_code: result.rejection_reason_code
  }
}
