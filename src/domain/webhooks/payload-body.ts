import { Type } from '@sinclair/typebox'
import { compileRename, inflectKey, type KeyInflection, keyInflections, type Rename } from '../../contract/casing.js'
import { OutcomePayload, type Payload } from './payload.js'

/** The forms of payloads: flat, or with all fields except the event in `data`. */
export const payloadForms = ['flat', 'nested'] as const
export type PayloadForm = typeof payloadForms[number]

/** The settings of an endpoint for its payloads. */
export interface BodyOptions {
  form: PayloadForm
  inflection: KeyInflection
  /** Dotted paths, in snake_case, of fields that are left out. */
  blocklist: readonly string[]
  /** When the event happened. */
  createdAt: string
}

// fields that a test adds keep their names
const schema = Type.Object(OutcomePayload.properties, { additionalProperties: true })
const renames = new Map<KeyInflection, Rename>(keyInflections.map(inflection => [inflection, compileRename(schema, inflection)]))

/** Fields that no blocklist leaves out: without them, a receiver cannot identify the event, or recognize a duplicate. */
const kept = ['event', 'idempotency_key']

/** Writes the body of a webhook. The blocklist has paths of the flat payload, in both forms. */
export function writeBody (payload: Payload, { form, inflection, blocklist, createdAt }: BodyOptions): string {
  let shown: object = payload
  for (const path of blocklist) {
    if (!kept.includes(path)) shown = without(shown, path.split('.'))
  }
  const renamed = (renames.get(inflection) as Rename)(shown) as { event: string }
  if (form === 'flat') return JSON.stringify(renamed)
  const { event, ...data } = renamed
  return JSON.stringify({ event, data, [inflectKey('created_at', inflection)]: createdAt })
}

/** A copy of an object without the field at a path, or the object itself if it has no such field. */
function without (object: object, [name = '', ...rest]: readonly string[]): object {
  if (!Object.hasOwn(object, name)) return object
  const value = (object as Record<string, unknown>)[name]
  if (rest.length > 0 && !isObject(value)) return object
  // fromEntries, unlike assignment, makes a field called __proto__ a field like any other
  return Object.fromEntries(Object.entries(object).flatMap(([key, child]: [string, unknown]) => {
    if (key !== name) return [[key, child]]
    return rest.length === 0 ? [] : [[key, without(value as object, rest)]]
  }))
}

/** The value at a dotted path; `undefined` if there is none. */
export function valueAt (payload: object, path: string): unknown {
  let value: unknown = payload
  for (const name of path.split('.')) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined
    value = value[name]
  }
  return value
}

function isObject (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
