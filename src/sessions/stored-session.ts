import { type TSchema, Type } from '@sinclair/typebox'
import { LRUCache } from 'lru-cache'
import { inflectKey, type KeyInflection } from '../casing.js'
import { flat, serializerOf } from '../serialization.js'
import { captureUrl, Session } from './session.js'

/** What a session's text is made of, in one casing: what no update changes, and no id. */
interface Text {
  /** From behind the value of `id` to the quotation mark before that of `updated_at`. */
  head: string
  /** From the field behind `metadata` to the value of `capture_url`, or into it, as far as the id. */
  middle: string
  /** From there to the end. */
  tail: string
}

/** What sessions share that differ in their ids alone: in snake_case from the start, in other casings once they were asked for. */
interface Kind extends Record<KeyInflection, Text | undefined> {
  readonly isSandbox: boolean
  readonly isRedacted: boolean
  /** Whether the id ends the capture URL, as it does unless a fixture says otherwise. */
  readonly isIdInUrl: boolean
}

/**
 * A session as the store keeps it. It is never changed: an update makes the next version, and whoever holds one (an
 * idempotency record, the journal) keeps what it was.
 *
 * It holds JSON text, so that to answer with it is to put a few texts together. What no update can change is shared by all
 * sessions that differ in their ids alone, which are most of those that are made in one go: so a million sessions are few and
 * small objects, and the garbage collector has little to look at.
 */
export class StoredSession {
  private constructor (
    readonly id: string,
    private readonly kind: Kind,
    readonly updatedAt: string,
    /** The external reference as JSON. */
    readonly externalRefText: string,
    /** The metadata as JSON. */
    readonly metadataText: string
  ) {}

  static of (session: Session): StoredSession {
    const { id, updated_at: updatedAt, external_ref: externalRef, metadata } = session
    return new StoredSession(id, kindOf(session), updatedAt, JSON.stringify(externalRef), JSON.stringify(metadata))
  }

  /** The next version. */
  with (updatedAt: string, externalRefText: string, metadataText: string): StoredSession {
    return new StoredSession(this.id, this.kind, updatedAt, externalRefText, metadataText)
  }

  get isSandbox (): boolean {
    return this.kind.isSandbox
  }

  get isRedacted (): boolean {
    return this.kind.isRedacted
  }

  /** Its JSON, in the casing asked for: what the API answers. */
  toText (inflection: KeyInflection): string {
    const { head, middle, tail } = this.kind[inflection] ??= textOf(this.toJSON(), inflection)
    const { externalRef, metadata } = names[inflection]
    const id = JSON.stringify(this.id)
    return '{"id":' + id + head + this.updatedAt + externalRef + this.externalRefText + metadata + this.metadataText +
      middle + (this.kind.isIdInUrl ? id.slice(1) : '') + tail
  }

  /** All its fields, in the order of the API. */
  toJSON (): Session {
    return JSON.parse(this.toText('snake')) as Session
  }
}

// those met last: sessions made in one go are alike, and what is not found is only made once more
const kinds = new LRUCache<string, Kind>({ max: 100 })

function kindOf (session: Session): Kind {
  const snake = textOf(session, 'snake')
  const text = snake.head + snake.middle + snake.tail
  let kind = kinds.get(text)
  if (kind === undefined) {
    kind = {
      isSandbox: session.is_sandbox,
      isRedacted: session.retention_status === 'redacted',
      isIdInUrl: isIdInUrl(session),
      snake,
      camel: undefined,
      kebab: undefined
    }
    kinds.set(text, kind)
  }
  return kind
}

function isIdInUrl ({ id, capture_url: url }: Session): boolean {
  return url === captureUrl(id)
}

const names = { snake: namesIn('snake'), camel: namesIn('camel'), kebab: namesIn('kebab') }

/** The names of what is not in the text, with what stands before and behind them. */
function namesIn (inflection: KeyInflection) {
  return {
    updatedAt: `,"${inflectKey('updated_at', inflection)}":"`,
    externalRef: `","${inflectKey('external_ref', inflection)}":`,
    metadata: `,"${inflectKey('metadata', inflection)}":`,
    captureUrl: `,"${inflectKey('capture_url', inflection)}":`
  }
}

/** The fields that each part of the text is made of. */
const parts = {
  head: fieldsBetween('id', 'updated_at'),
  middle: fieldsBetween('metadata', 'capture_url'),
  tail: fieldsBetween('capture_url')
}

function fieldsBetween (first: keyof Session, last?: keyof Session) {
  const fields = Object.entries(Session.properties) as [string, TSchema][]
  const indexOf = (field: string) => fields.findIndex(([name]) => name === field)
  return Type.Object(Object.fromEntries(fields.slice(indexOf(first) + 1, last && indexOf(last))))
}

function textOf (session: Session, inflection: KeyInflection): Text {
  const write = (schema: TSchema) => `,${serializerOf(schema, inflection)(session).slice(1, -1)}`
  const url = isIdInUrl(session) ? JSON.stringify(captureUrl('')).slice(0, -1) : JSON.stringify(session.capture_url)
  return {
    head: flat(write(parts.head) + names[inflection].updatedAt),
    middle: flat(write(parts.middle) + names[inflection].captureUrl + url),
    tail: flat(`${write(parts.tail)}}`)
  }
}
