import { type ResultFilter, resultTest } from '../../domain/sessions/list-results.js'
import { searchOf, searchText, type SessionFilter, sessionTest } from '../../domain/sessions/list.js'
import type { Collection, Documents, Page, PageRead, Reads } from '../../domain/store.js'
import { type DeliveryFilter, fitsDelivery } from '../../domain/webhooks/delivery.js'
import { indexNames, parseStored } from './layout.js'
import type { RangeOptions, RangeReply } from './read-request.js'
import { isPage } from './step-reads.js'

/** How to find a page: the name of its index entries, and a test for the part of the filter that the name does not cover. */
interface Search<T> {
  readonly name: string
  readonly test: ((document: T) => boolean) | undefined
  readonly backwards?: boolean
}

/** How many documents are read together if each has to be tested. */
const CHUNK = 1_000

/** Reads a part of an index. */
type ReadRange = (collection: Collection, name: string, options: RangeOptions) => Promise<RangeReply>

/** Reads the pages of a step. They may be from different moments, because a step that reads a page does not write. */
export async function readPages (reads: Reads, readRange: ReadRange): Promise<Partial<Record<Collection, Page<unknown>>>> {
  const pages: Partial<Record<Collection, Page<unknown>>> = {}
  const { sessions, results, deliveries } = reads
  if (isPage(sessions)) pages.sessions = await readPage('sessions', sessionSearch(sessions.newest.where), sessions, readRange)
  if (isPage(results)) pages.results = await readPage('results', resultSearch(results.newest.where), results, readRange)
  if (isPage(deliveries)) pages.deliveries = await readPage('deliveries', deliverySearch(deliveries.newest.where), deliveries, readRange)
  return pages
}

export function hasPages (reads: Reads): boolean {
  return isPage(reads.sessions) || isPage(reads.results) || isPage(reads.deliveries)
}

async function readPage<C extends Collection> (
  collection: C,
  { name, test, backwards = false }: Search<Documents[C]>,
  { newest: { offset, limit } }: PageRead<unknown>,
  readRange: ReadRange
): Promise<Page<Documents[C]>> {
  if (test === undefined) {
    const { total, values } = await readRange(collection, name, { offset, limit, backwards })
    return { documents: documentsOf(values), total }
  }
  const documents: Documents[C][] = []
  let total = 0
  let after: string | undefined
  do {
    const { last, values } = await readRange(collection, name, { limit: CHUNK, backwards, ...(after !== undefined && { after }) })
    for (const document of documentsOf<Documents[C]>(values)) {
      if (!test(document)) continue
      if (total >= offset && documents.length < limit) documents.push(document)
      total++
    }
    after = values.length < CHUNK ? undefined : last ?? undefined
  } while (after !== undefined)
  return { documents, total }
}

function documentsOf<T> (values: readonly (string | null)[]): T[] {
  return values.filter(value => value !== null).map(value => parseStored<T>(value).document)
}

function sessionSearch (where: SessionFilter): Search<Documents['sessions']> {
  const { environment, status, external_ref: reference } = where
  const part = searchOf(where)
  const fits = sessionTest(where)
  const test = (session: Documents['sessions']) =>
    (fits === undefined || fits(session)) && (part === undefined || searchText(session).includes(part))
  if (reference !== undefined) {
    return { name: indexNames.reference(environment, reference), test: status === undefined && part === undefined ? undefined : test }
  }
  const name = status === undefined ? indexNames.environment(environment) : indexNames.status(environment, status)
  return { name, test: part === undefined ? undefined : test }
}

function resultSearch (where: ResultFilter): Search<Documents['results']> {
  const { environment, status, created_after: after, created_before: before } = where
  const name = status === undefined ? indexNames.environment(environment) : indexNames.status(environment, status)
  return { name, test: after === undefined && before === undefined ? undefined : resultTest(where) }
}

function deliverySearch (where: DeliveryFilter): Search<Documents['deliveries']> {
  const isOpen = Object.values(where).every(value => value === undefined)
  return { name: indexNames.all, backwards: true, test: isOpen ? undefined : delivery => fitsDelivery(delivery, where) }
}
