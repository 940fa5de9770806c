import type { Problem } from '../../contract/errors.js'
import { describe, includes } from './match.js'

/** How many are expected: exactly, or at least and at most; by default, at least one. */
export interface Numbers {
  readonly count?: number | undefined
  readonly at_least?: number | undefined
  readonly at_most?: number | undefined
}

/** What is compared with an expectation. */
export interface Subject<Item, Match extends object> {
  /** The parts of an item that can be matched, in the order in which they are compared. */
  readonly parts: { readonly [part in keyof Match]-?: (item: Item) => unknown }
  /** The word for one item, and for several. */
  readonly words: readonly [one: string, many: string]
  /** The name of an item: `request 7`. */
  readonly nameOf: (item: Item) => string
  /** The words for an empty list: `the journal is empty`. */
  readonly nothing: string
  /** Where items are dropped, and what to do about it. */
  readonly dropped: readonly [from: string, advice: string]
}

/** An unmet expectation. */
export interface Miss<Item> {
  /** What is different, in a sentence. */
  readonly detail: string
  /** What was expected: `exactly 2`. */
  readonly expected: string
  /** How many matched; absent if that is unknown. */
  readonly matched?: number
  /** Up to three of the nearest items, newest first, if none matched. */
  readonly closest: readonly { readonly item: Item, readonly mismatch: string }[]
}

/** The problems that a schema cannot find: `count` excludes the other numbers, and `at_least` must not be more than `at_most`. */
export function checkNumbers ({ count, at_least: atLeast, at_most: atMost }: Numbers): Problem[] {
  const problems: Problem[] = []
  if (count !== undefined && (atLeast !== undefined || atMost !== undefined)) {
    problems.push({ loc: ['body', 'count'], msg: 'cannot be combined with at_least or at_most', type: 'value_error' })
  }
  if (atLeast !== undefined && atMost !== undefined && atLeast > atMost) {
    problems.push({ loc: ['body', 'at_least'], msg: 'must not be more than at_most', type: 'value_error' })
  }
  return problems
}

/** The items that match. */
export function findMatching<Item, Match extends object> (items: readonly Item[], match: Match, subject: Subject<Item, Match>): Item[] {
  const named = partsOf(match, subject)
  return items.filter(item => named.every(part => fits(item, part, match, subject)))
}

/**
 * Compares items with an expectation, and returns how many match, or what is different.
 * @param dropped how many items were dropped
 */
export function verifyItems<Item, Match extends object> (
  items: readonly Item[], dropped: number, match: Match, numbers: Numbers, subject: Subject<Item, Match>
): { matched: number } | Miss<Item> {
  const { count, at_most: atMost = count } = numbers
  const [one, many] = subject.words
  const atLeast = numbers.at_least ?? count ?? (atMost === undefined ? 1 : 0)
  const matched = findMatching(items, match, subject).length
  const tooFew = matched < atLeast
  const tooMany = atMost !== undefined && matched > atMost
  const expected = count !== undefined ? `exactly ${count}` : tooFew || atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`
  // dropped items could only increase the number, so too many stay too many, and enough stay enough
  if (dropped > 0 && !tooMany && (tooFew || atMost !== undefined)) {
    const [from, advice] = subject.dropped
    return { detail: `The result is unknown: ${dropped} ${dropped === 1 ? `${one} was` : `${many} were`} dropped${from}. ${advice}`, expected, closest: [] }
  }
  if (!tooFew && !tooMany) return { matched }
  const closest = matched === 0 ? closestTo(items, match, subject) : []
  const named = partsOf(match, subject).length === 0 ? '' : ` with ${describe(match)}`
  const actual = items.length === 0 ? subject.nothing : `there ${matched === 1 ? 'was' : 'were'} ${matched === 0 ? 'none' : matched}`
  const wanted = count ?? (tooFew ? atLeast : atMost)
  const detail = `Expected ${expected} matching ${wanted === 1 ? one : many}${named}, but ${actual}.` +
    (closest.length === 0 ? '' : ` Closest: ${closest.map(({ mismatch }) => mismatch).join('; ')}.`)
  return { detail, expected, matched, closest }
}

/** Filters the items part by part. The last remaining items are the nearest, and the part that removes all of them is the mismatch. */
function closestTo<Item, Match extends object> (items: readonly Item[], match: Match, subject: Subject<Item, Match>): Miss<Item>['closest'] {
  const { parts, nameOf } = subject
  let left = items
  for (const part of partsOf(match, subject)) {
    const next = left.filter(item => fits(item, part, match, subject))
    if (next.length === 0) {
      return left.slice(-3).reverse().map(item => ({
        item, mismatch: `${nameOf(item)} has ${String(part)} ${describe(parts[part](item))}, not ${describe(match[part])}`
      }))
    }
    left = next
  }
  return []
}

function fits<Item, Match extends object> (item: Item, part: keyof Match, match: Match, { parts }: Subject<Item, Match>): boolean {
  return includes(parts[part](item), match[part])
}

function partsOf<Item, Match extends object> (match: Match, { parts }: Subject<Item, Match>): (keyof Match)[] {
  return (Object.keys(parts) as (keyof Match)[]).filter(part => match[part] !== undefined)
}
