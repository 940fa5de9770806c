import { type Static, Type } from '@sinclair/typebox'
import { apiError } from '../../contract/errors.js'
import type { Exchange, Journal } from '../../domain/journal/journal.js'

/** The path of a call about one request of the journal. */
export const requestParams = Type.Object({ journal_id: Type.String({ description: 'The ID of the request in the journal' }) })

/**
 * The exchange that a path names.
 * @throws ApiError 404 if the journal does not have it
 */
export async function findExchange (journal: Journal, { journal_id: id }: Static<typeof requestParams>): Promise<Exchange> {
  const exchange = /^[1-9]\d*$/.test(id) ? await journal.find(Number(id)) : undefined
  if (exchange === undefined) throw apiError('requestNotFound', { id })
  return exchange
}
