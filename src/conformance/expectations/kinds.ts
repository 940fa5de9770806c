import type { Expectation } from '../case.js'
import { fieldOf, show } from '../received.js'

/** What values a field has. */
export interface FieldKind {
  /** In words. */
  kind: string
  check: (value: unknown) => boolean
}

export const string: FieldKind = { kind: 'a string', check: value => typeof value === 'string' }
export const boolean: FieldKind = { kind: 'true or false', check: value => typeof value === 'boolean' }
export const integer: FieldKind = { kind: 'an integer', check: value => Number.isInteger(value) }
export const score: FieldKind = { kind: 'a number from 0 to 1', check: value => typeof value === 'number' && value >= 0 && value <= 1 }
export const object: FieldKind = { kind: 'an object', check: value => typeof value === 'object' && value !== null && !Array.isArray(value) }
export const strings: FieldKind = {
  kind: 'a list of strings',
  check: value => Array.isArray(value) && value.every(item => typeof item === 'string')
}
export const list: FieldKind = { kind: 'a list', check: Array.isArray }
export const time: FieldKind = {
  kind: 'a date and time',
  check: value => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value) && !Number.isNaN(Date.parse(value))
}

export function oneOf (...values: string[]): FieldKind {
  return { kind: `one of ${values.join(', ')}`, check: value => values.includes(value as string) }
}

export function orNull ({ kind, check }: FieldKind): FieldKind {
  return { kind: `${kind} or null`, check: value => value === null || check(value) }
}

/** A body whose fields have these kinds of values, whatever else it has. */
export function ofKinds (kinds: readonly (readonly [name: string, kind: FieldKind])[]): Expectation {
  return ({ response: { json } }) => {
    const [name, kind] = kinds.find(([name, { check }]) => !check(fieldOf(json, name))) ?? []
    return name === undefined ? undefined : { expected: `${name}: ${kind?.kind}`, seen: `${name} ${show(fieldOf(json, name))}` }
  }
}
