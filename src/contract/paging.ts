import { Type } from '@sinclair/typebox'
import { schemaOf } from './schema.js'

/** The default maximum number of items on a page (the vendor's page). */
export const DEFAULT_LIMIT = 50

/** The position of a page in the whole list. */
export interface Pagination {
  /** The number of items in the whole list. */
  total: number
  /** The maximum number of items on a page. */
  limit: number
  /** The number of items before the page. */
  offset: number
}

export const Pagination = schemaOf<Pagination>()(Type.Object({
  total: Type.Integer({ minimum: 0, description: 'How many items the whole list has' }),
  limit: Type.Integer({ minimum: 1, description: 'How many items a page has at most' }),
  offset: Type.Integer({ minimum: 0, description: 'How many items come before the page' })
}, { $id: 'Pagination', description: 'Where a page stands in the whole list' }))

/** The query parameters of a list that select the page. */
export const pageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: DEFAULT_LIMIT, description: 'How many items to return at most' })),
  offset: Type.Optional(Type.Integer({ minimum: 0, default: 0, description: 'How many items to skip' }))
}
