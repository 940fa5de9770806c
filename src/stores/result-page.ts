import { type ResultFilter, resultTest } from '../domain/sessions/list-results.js'
import type { ResultDocument } from '../domain/sessions/result.js'
import type { Page, PageRead } from '../domain/store.js'

/** The results of a page: the newest first, those of the same time in the order of their IDs. */
export function resultPage (results: readonly ResultDocument[], { where, offset, limit }: PageRead<ResultFilter>['newest']): Page<ResultDocument> {
  const test = resultTest(where)
  const isIn = ({ result }: ResultDocument) => result.is_sandbox === (where.environment === 'sandbox')
  const found = results.filter(document => isIn(document) && (test === undefined || test(document))).sort(compare)
  return { documents: found.slice(offset, offset + limit), total: found.length }
}

function compare (one: ResultDocument, other: ResultDocument): number {
  if (one.result.created_at !== other.result.created_at) return one.result.created_at > other.result.created_at ? -1 : 1
  return one.id < other.id ? -1 : 1
}
