import { isDeepStrictEqual } from 'node:util'
import { type Answer, memberOf, short, show, tell } from './answer.js'
import type { Expectation } from './case.js'

/** The answer is a success, whichever. */
export const accepted: Expectation = {
  expected: 'a status from 200 to 299',
  look: ({ answer }) => answer.status >= 200 && answer.status < 300 ? undefined : tell(answer)
}

export function status (...statuses: number[]): Expectation {
  return {
    expected: `status ${statuses.join(' or ')}`,
    look: ({ answer }) => statuses.includes(answer.status) ? undefined : tell(answer)
  }
}

/** A header of the answer is this text; null: it is not there. */
export function header (name: string, value: string | null): Expectation {
  return {
    expected: value === null ? `no header ${name}` : `${name}: ${value}`,
    look: ({ answer }) => answer.headers.get(name) === value ? undefined : `${name}: ${answer.headers.get(name) ?? 'not there'}`
  }
}

/** The body is this and nothing else. */
export function body (whole: unknown): Expectation {
  return {
    expected: `the body ${short(JSON.stringify(whole))}`,
    look: ({ answer, fill }) => isDeepStrictEqual(answer.json, fill(whole)) ? undefined : tell(answer)
  }
}

/** The body has these members, with these values, whatever else it has; undefined: it has no such member. */
export function members (part: Readonly<Record<string, unknown>>): Expectation {
  return {
    expected: `members: ${showAll(part)}`,
    look: ({ answer, fill }) => {
      const wrong = Object.entries(fill(part)).filter(([name, value]) => !isDeepStrictEqual(memberOf(answer.json, name), value))
      return wrong.length === 0 ? undefined : tellMembers(answer, wrong.map(([name]) => name))
    }
  }
}

/** The session's metadata has these keys, with these values, whatever else it has; undefined: it has no such key. */
export function metadata (part: Readonly<Record<string, unknown>>): Expectation {
  return {
    expected: `in metadata: ${showAll(part)}`,
    look: ({ answer, fill }) => {
      const there = memberOf(answer.json, 'metadata')
      const wrong = Object.entries(fill(part)).filter(([key, value]) => !isDeepStrictEqual(memberOf(there, key), value))
      if (wrong.length === 0) return undefined
      return there === undefined ? tell(answer) : `in metadata: ${wrong.map(([key]) => `${key} ${show(memberOf(there, key))}`).join(', ')}`
    }
  }
}

/** A member of the body is of this kind. */
export function member (name: string, kind: string, is: (value: unknown, answer: Answer) => boolean): Expectation {
  return {
    expected: `${name}: ${kind}`,
    look: ({ answer }) => is(memberOf(answer.json, name), answer) ? undefined : tellMembers(answer, [name])
  }
}

/** A member of the body is what that of an earlier step is, which may have another casing. */
export function sameMember (name: string, step: number, itsName = name): Expectation {
  return {
    expected: `${name} as ${itsName} in answer ${step}`,
    look: ({ answer, earlier }) => {
      const before = memberOf(earlier(step).json, itsName)
      const now = memberOf(answer.json, name)
      return now !== undefined && isDeepStrictEqual(now, before) ? undefined : `${tellMembers(answer, [name])}; before ${show(before)}`
    }
  }
}

/** A time in the body is later than in an earlier step. */
export function laterMember (name: string, step: number): Expectation {
  return {
    expected: `${name} later than in answer ${step}`,
    look: ({ answer, earlier }) => {
      const before = memberOf(earlier(step).json, name)
      return timeOf(memberOf(answer.json, name)) > timeOf(before) ? undefined : `${tellMembers(answer, [name])}; before ${show(before)}`
    }
  }
}

/** These members are in the body, in this order among themselves. */
export function keysInOrder (names: readonly string[]): Expectation {
  return {
    expected: `keys in the order ${names.join(', ')}`,
    look: ({ answer }) => {
      const there = keysOf(answer.json).filter(key => names.includes(key))
      return isDeepStrictEqual(there, names) ? undefined : keysOf(answer.json).length === 0 ? tell(answer) : `keys ${keysOf(answer.json).join(', ')}`
    }
  }
}

/** No members but these are in the body. */
export function noOtherKeys (names: readonly string[]): Expectation {
  return {
    expected: `no keys but ${names.join(', ')}`,
    look: ({ answer }) => {
      const others = keysOf(answer.json).filter(key => !names.includes(key))
      return others.length === 0 ? undefined : `keys ${others.join(', ')}`
    }
  }
}

export function sameBytesAs (step: number): Expectation {
  return {
    expected: `the same bytes as answer ${step}`,
    look: ({ answer, earlier }) => answer.text === earlier(step).text ? undefined : `${tell(answer)}; before ${tell(earlier(step))}`
  }
}

export function sameJsonAs (step: number): Expectation {
  return {
    expected: `the same as answer ${step}`,
    look: ({ answer, earlier }) => isDeepStrictEqual(answer.json, earlier(step).json) ? undefined : `${tell(answer)}; before ${tell(earlier(step))}`
  }
}

/** Of equal requests at the same time one is carried out: all answers are the same, and all but one replays. */
export const executedOnce: Expectation = {
  expected: 'the same bytes from all, Idempotent-Replayed: true from all but one',
  look: ({ answers }) => {
    const bodies = new Set(answers.map(({ text }) => text)).size
    const executed = answers.filter(({ headers }) => headers.get('idempotent-replayed') === null).length
    return bodies === 1 && executed === 1 ? undefined : `${bodies} different answers, ${executed} of ${answers.length} no replays`
  }
}

/** The answer is an error with this status and code. */
export function error (itsStatus: number, code: string): Expectation {
  return {
    expected: `status ${itsStatus} and error ${code}`,
    look: ({ answer }) => answer.status === itsStatus && memberOf(answer.json, 'error') === code ? undefined : tell(answer)
  }
}

/** The `detail` of an error has these texts in it, wherever. */
export function detailMentions (...texts: string[]): Expectation {
  return {
    expected: `a detail that mentions ${texts.join(', ')}`,
    look: ({ answer, fill }) => {
      const detail = JSON.stringify(memberOf(answer.json, 'detail') ?? '')
      return fill(texts).every(text => detail.includes(text)) ? undefined : tell(answer)
    }
  }
}

/** The `detail` of an error is a list that has one problem `{loc, msg, type}` for each of these places, in any order. */
export function problemsAt (...places: readonly (readonly string[])[]): Expectation {
  return {
    expected: `a detail of problems {loc, msg, type} at ${places.map(place => place.join('.')).join(' and ')}`,
    look: ({ answer, fill }) => {
      const detail = memberOf(answer.json, 'detail')
      const problems = Array.isArray(detail) ? detail as unknown[] : []
      const told = problems.map(problem => JSON.stringify(memberOf(problem, 'loc')))
      const inForm = problems.every(problem => typeof memberOf(problem, 'msg') === 'string' && typeof memberOf(problem, 'type') === 'string')
      const all = fill(places).map(place => JSON.stringify(place))
      return inForm && isDeepStrictEqual(told.sort(), all.sort()) ? undefined : tell(answer)
    }
  }
}

function keysOf (json: unknown): string[] {
  return typeof json === 'object' && json !== null ? Object.keys(json) : []
}

function timeOf (value: unknown): number {
  return typeof value === 'string' ? Date.parse(value) : Number.NaN
}

function tellMembers (answer: Answer, names: string[]): string {
  if (answer.status >= 400) return tell(answer)
  return names.map(name => `${name} ${show(memberOf(answer.json, name))}`).join(', ')
}

function showAll (part: Readonly<Record<string, unknown>>): string {
  return Object.entries(part).map(([name, value]) => `${name} ${show(value)}`).join(', ')
}
