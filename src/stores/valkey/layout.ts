import { environmentOf } from '../../domain/sessions/session.js'
import type { BoundedCollectionName, Collection, Documents } from '../../domain/store.js'
import { bytesOf, expiryOf } from '../bounds.js'

/** The version of this layout. A process refuses data of another one. */
export const SCHEMA_VERSION = '1'
export const SCHEMA_KEY = 'verifa-mock:schema'

/** All keys of a workspace begin with the same hash tag, so that a cluster keeps them on one node. */
function tagOf (workspace: string): string {
  return `{verifa-mock:${workspace}}`
}

/** The keys of a workspace, whichever world is the present one. */
export function workspaceKeys (workspace: string): { present: string, generations: string } {
  const tag = tagOf(workspace)
  return { present: `${tag}:world`, generations: `${tag}:generations` }
}

/** The keys of a world. */
export class WorldKeys {
  /** A hash: the revisions, and the counters of bounded collections and the journal. */
  readonly meta: string
  /** A stream: the exchanges. */
  readonly journal: string
  /** The ID of the process that leads the timeline. */
  readonly lease: string
  /** The channel on which processes wake each other. */
  readonly wake: string
  readonly #prefix: string

  constructor (workspace: string, generation: number) {
    this.#prefix = `${tagOf(workspace)}:${generation}:`
    this.meta = `${this.#prefix}meta`
    this.journal = `${this.#prefix}journal`
    this.lease = `${this.#prefix}lease`
    this.wake = `${this.#prefix}wake`
  }

  /** A hash: documents by their IDs. */
  documents (collection: Collection): string {
    return this.#prefix + collection
  }

  /** A sorted set whose scores are all 0, so that it is in the order of its members; see `memberOf`. */
  index (collection: Collection): string {
    return `${this.#prefix}${collection}:index`
  }

  /** A hash: the documents of one moment, for a process that reads all of them. */
  copy (collection: Collection, id: string): string {
    return `${this.#prefix}copy:${id}:${collection}`
  }

  /** All keys; `wake` is a channel, and copies expire by themselves. */
  all (): string[] {
    return [this.meta, this.journal, this.lease, ...collections.flatMap(name => [this.documents(name), this.index(name)])]
  }
}

/** An entry of a document in the index of its collection. */
export interface IndexEntry {
  /** The group of the document, such as its environment or its session. */
  readonly name: string
  /** The sort key in the group; `undefined` for the order in which the documents were first put. */
  readonly sort?: string
}

/** The names of index entries. */
export const indexNames = {
  all: 'all',
  time: 'time',
  of: (sessionId: string) => `of:${encodeText(sessionId)}`,
  environment: (environment: string) => `environment:${environment}`,
  status: (environment: string, status: string) => `status:${environment}:${status}`,
  reference: (environment: string, reference: string) => `reference:${environment}:${encodeText(reference)}`
}

const noEntries: IndexEntry[] = []
const none = () => noEntries

/** The index entries of a document, by its collection; `none` for collections whose documents are found only by their IDs. */
const entriesOf: { readonly [C in Collection]: (document: Documents[C]) => IndexEntry[] } = {
  sessions: session => {
    const [environment, sort] = [environmentOf(session), newestFirst(session.created_at)]
    const entries = [{ name: indexNames.environment(environment), sort }, { name: indexNames.status(environment, session.status), sort }]
    if (session.external_ref !== null) entries.push({ name: indexNames.reference(environment, session.external_ref), sort })
    return entries
  },
  results: ({ result }) => {
    const [environment, sort] = [environmentOf(result), newestFirst(result.created_at)]
    return [{ name: indexNames.environment(environment), sort }, { name: indexNames.status(environment, result.status), sort }]
  },
  captures: none,
  links: none,
  tokens: token => [{ name: indexNames.of(token.session_id) }],
  endpoints: none,
  deliveries: () => [{ name: indexNames.all }],
  idempotency: () => [{ name: indexNames.all }],
  due: item => [{ name: indexNames.time, sort: sortableNumber(item.at) }],
  running: none,
  moves: none,
  rates: () => [{ name: indexNames.all }],
  settings: none
}
export const collections = Object.keys(entriesOf) as Collection[]

export function indexEntriesOf<C extends Collection> (collection: C, document: Documents[C]): IndexEntry[] {
  return entriesOf[collection](document)
}

/**
 * An entry as a member of the index. Equal times are in the order of the IDs' UTF-8 bytes; in memory it is that of their UTF-16 units,
 * which differs for characters beyond U+FFFF only.
 */
export function memberOf ({ name, sort }: IndexEntry, created: string, id: string): string {
  return `${name}\0${sort ?? created}\0${encodeText(id)}`
}

/** The bounds of all members with a name. */
export function rangeOf (name: string): { min: string, max: string } {
  return { min: `[${name}\0`, max: `(${name}\u0001` }
}

export function isBounded (collection: Collection): collection is BoundedCollectionName {
  return collection in expiryOf
}

/** A document as stored. */
export interface Stored<T> {
  /** The version: a text that is different for each write. */
  readonly version: string
  /** The position in the order of its collection: the revision in which it was first put, and the position in that step. */
  readonly created: string
  readonly bytes: number
  readonly document: T
}

/** How many digits a revision and a position within a step have in `created`; the script that commits writes the revision. */
export const REVISION_DIGITS = 12
const POSITION_DIGITS = 6

export function positionOf (index: number): string {
  return String(index).padStart(POSITION_DIGITS, '0')
}

/** The value of a document's field without version and `created`, which the script writes: `BYTES EXPIRY JSON`. */
export function valueOf<C extends Collection> (collection: C, document: Documents[C]): string {
  const json = JSON.stringify(document)
  if (!isBounded(collection)) return `0 - ${json}`
  const expiry = (expiryOf[collection] as (document: Documents[C]) => number)(document)
  return `${Math.round(bytesOf(document as { bytes?: number }))} ${expiry === Infinity ? '-' : expiry} ${json}`
}

/** Reads the value of a field: `VERSION CREATED BYTES EXPIRY JSON`. */
export function parseStored<T> (value: string): Stored<T> {
  const version = value.indexOf(' ')
  const created = value.indexOf(' ', version + 1)
  const bytes = value.indexOf(' ', created + 1)
  const expiry = value.indexOf(' ', bytes + 1)
  return {
    version: value.slice(0, version),
    created: value.slice(version + 1, created),
    bytes: Number(value.slice(created + 1, bytes)),
    document: JSON.parse(value.slice(expiry + 1)) as T
  }
}

/** Encodes any text as valid UTF-8 without NUL, which separates the parts of index members. Different texts stay different. */
export function encodeText (text: string): string {
  if (!/[\0\u0001\uD800-\uDFFF]/.test(text)) return text
  return text.replace(/[\0\u0001]|\p{Surrogate}/gu, part => `\u0001${part.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Encodes a number as text that sorts like the number: the bits of the double, inverted where they would sort the other way. */
export function sortableNumber (number: number): string {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, number + 0) // -0 becomes 0
  const bits = view.getBigUint64(0)
  const turned = bits >> 63n === 1n ? ~bits & 0xFFFF_FFFF_FFFF_FFFFn : bits | (1n << 63n)
  return turned.toString(16).padStart(16, '0')
}

function newestFirst (time: string): string {
  return sortableNumber(-Date.parse(time))
}
