import { isDeepStrictEqual } from 'node:util'
import type { Expectation } from '../case.js'
import { describe, fieldOf, type Received, show } from '../received.js'

/** A body that has these fields, whatever else it has; undefined: the field is absent. */
export function fields (part: Readonly<Record<string, unknown>>): Expectation {
  return ({ response, fill }) => {
    const wrong = differences(fill(part), response.json)
    return wrong.length === 0 ? undefined : { expected: `fields ${showAll(wrong)}`, seen: describeFields(response, wrong.map(([name]) => name)) }
  }
}

/** A session whose metadata has these keys, whatever else it has; undefined: the key is absent. */
export function metadata (part: Readonly<Record<string, unknown>>): Expectation {
  return ({ response, fill }) => {
    const found = fieldOf(response.json, 'metadata')
    const wrong = differences(fill(part), found)
    if (wrong.length === 0) return undefined
    const seen = wrong.map(([key]): [string, unknown] => [key, fieldOf(found, key)])
    return { expected: `metadata with ${showAll(wrong)}`, seen: found === undefined ? describe(response) : `metadata with ${showAll(seen)}` }
  }
}

/** A field whose value passes a check. */
export function field (name: string, kind: string, check: (value: unknown, response: Received) => boolean): Expectation {
  return ({ response }) =>
    check(fieldOf(response.json, name), response) ? undefined : { expected: `${name}: ${kind}`, seen: describeFields(response, [name]) }
}

/** A time that is later than a saved one. */
export function laterThan (name: string, saved: string): Expectation {
  return ({ response, fill }) =>
    timeOf(fieldOf(response.json, name)) > timeOf(fill(saved))
      ? undefined
      : { expected: `${name} later than ${fill(saved)}`, seen: describeFields(response, [name]) }
}

/** A field with another value than a saved one. */
export function differsFrom (name: string, saved: string): Expectation {
  return ({ response, fill }) =>
    isDeepStrictEqual(fieldOf(response.json, name), fill(saved)) ? { expected: `another ${name}`, seen: describeFields(response, [name]) } : undefined
}

/** A body that has these fields in this order, whatever is between them. */
export function fieldsInOrder (names: readonly string[]): Expectation {
  return ({ response }) => {
    const all = namesOf(response.json)
    if (isDeepStrictEqual(all.filter(name => names.includes(name)), names)) return undefined
    return { expected: `fields in the order ${names.join(', ')}`, seen: all.length === 0 ? describe(response) : `fields ${all.join(', ')}` }
  }
}

/** A body that has no fields but these. */
export function noOtherFields (names: readonly string[]): Expectation {
  return ({ response }) => {
    const others = namesOf(response.json).filter(name => !names.includes(name))
    return others.length === 0 ? undefined : { expected: `no fields but ${names.join(', ')}`, seen: `fields ${others.join(', ')}` }
  }
}

function differences (part: Readonly<Record<string, unknown>>, json: unknown): [name: string, value: unknown][] {
  return Object.entries(part).filter(([name, value]) => !isDeepStrictEqual(fieldOf(json, name), value))
}

function describeFields (response: Received, names: readonly string[]): string {
  return response.status >= 400 ? describe(response) : showAll(names.map(name => [name, fieldOf(response.json, name)]))
}

function showAll (fields: readonly (readonly [name: string, value: unknown])[]): string {
  return fields.map(([name, value]) => `${name} ${show(value)}`).join(', ')
}

function namesOf (json: unknown): string[] {
  return typeof json === 'object' && json !== null ? Object.keys(json) : []
}

function timeOf (value: unknown): number {
  return typeof value === 'string' ? Date.parse(value) : Number.NaN
}
