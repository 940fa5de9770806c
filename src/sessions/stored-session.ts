import { type TSchema, Type } from '@sinclair/typebox'
import { inflectKey, type KeyInflection } from '../casing.js'
import { flat, serializerOf } from '../serialization.js'
import { type Metadata, Session } from './session.js'

/** What a session's text is made of, in one casing: what no update changes is written once, when it is first asked for. */
interface Text {
  /** From the first field to the quotation mark before the value of `updated_at`. */
  head: string
  /** From the field behind `metadata` to the end. */
  tail: string
}

/** What all versions of a session share; its text in snake_case from the start, in other casings once they were asked for. */
interface Unchanging extends Record<KeyInflection, Text | undefined> {
  readonly id: string
  readonly isSandbox: boolean
  readonly isRedacted: boolean
}

/**
 * A session as the store keeps it. It is never changed: an update makes the next version, and whoever holds one (an
 * idempotency record, the journal) keeps what it was.
 *
 * It holds JSON text for what no update can change, and values for what one can: so a version is a small object, which
 * matters to the memory of a million sessions, and to answer with it is to put five texts together.
 */
export class StoredSession {
  private constructor (
    private readonly unchanging: Unchanging,
    readonly updatedAt: string,
    /** The external reference as JSON: nothing asks for it but the text. */
    readonly externalRefText: string,
    readonly metadata: Metadata
  ) {}

  static of (session: Session): StoredSession {
    const unchanging: Unchanging = {
      id: session.id,
      isSandbox: session.is_sandbox,
      isRedacted: session.retention_status === 'redacted',
      snake: textOf(session, 'snake'),
      camel: undefined,
      kebab: undefined
    }
    return new StoredSession(unchanging, session.updated_at, JSON.stringify(session.external_ref), session.metadata)
  }

  /** The next version. */
  with (updatedAt: string, externalRefText: string, metadata: Metadata): StoredSession {
    return new StoredSession(this.unchanging, updatedAt, externalRefText, metadata)
  }

  get id (): string {
    return this.unchanging.id
  }

  get isSandbox (): boolean {
    return this.unchanging.isSandbox
  }

  get isRedacted (): boolean {
    return this.unchanging.isRedacted
  }

  /** Its JSON, in the casing asked for: what the API answers. */
  toText (inflection: KeyInflection): string {
    const { head, tail } = this.unchanging[inflection] ??= textOf(this.toJSON(), inflection)
    const { externalRef, metadata } = names[inflection]
    return head + this.updatedAt + externalRef + this.externalRefText + metadata + JSON.stringify(this.metadata) + tail
  }

  /** All its fields, in the order of the API. */
  toJSON (): Session {
    return JSON.parse(this.toText('snake')) as Session
  }
}

const fields = Object.entries(Session.properties) as [string, TSchema][]
const fieldsBefore = Type.Object(Object.fromEntries(fields.slice(0, fields.findIndex(([name]) => name === 'updated_at'))))
const fieldsBehind = Type.Object(Object.fromEntries(fields.slice(fields.findIndex(([name]) => name === 'metadata') + 1)))

/** The names of what an update changes, with what stands before and behind them in the text. */
const names = { snake: namesIn('snake'), camel: namesIn('camel'), kebab: namesIn('kebab') }

function namesIn (inflection: KeyInflection) {
  return {
    updatedAt: `,"${inflectKey('updated_at', inflection)}":"`,
    externalRef: `","${inflectKey('external_ref', inflection)}":`,
    metadata: `,"${inflectKey('metadata', inflection)}":`
  }
}

function textOf (session: Session, inflection: KeyInflection): Text {
  const before = serializerOf(fieldsBefore, inflection)(session)
  const behind = serializerOf(fieldsBehind, inflection)(session)
  return { head: flat(before.slice(0, -1) + names[inflection].updatedAt), tail: flat(`,${behind.slice(1)}`) }
}
