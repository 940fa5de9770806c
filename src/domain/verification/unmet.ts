import { Type } from '@sinclair/typebox'
import type { Miss } from './verify.js'

/** The body of the error for an unmet expectation. */
export interface UnmetBy<Near> {
  error: 'conflict'
  /** What is different, in a sentence. */
  detail: string
  status_code: 409
  /** What was expected: `exactly 2`. */
  expected: string
  /** How many matched; absent if that is unknown because some were dropped. */
  matched?: number
  /** Up to three of the nearest, newest first, if none matched. */
  closest: Near[]
}

/** The fields of an unmet expectation, except for the nearest. */
export function unmetFields (many: string) {
  return {
    error: Type.Literal('conflict'),
    detail: Type.String({ description: 'What is different, in a sentence' }),
    status_code: Type.Literal(409),
    expected: Type.String({ description: 'What was expected: `exactly 2`' }),
    matched: Type.Optional(Type.Integer({ description: `How many ${many} matched; absent when that is unknown, because ${many} were dropped` }))
  }
}

/** The response for an unmet expectation. */
export function unmet<Item, Near> (
  { detail, expected, matched, closest }: Miss<Item>, near: (one: Miss<Item>['closest'][number]) => Near
): UnmetBy<Near> {
  return { error: 'conflict', detail, status_code: 409, expected, ...(matched !== undefined && { matched }), closest: closest.map(near) }
}
