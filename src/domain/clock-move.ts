import { isRepresentable } from '../contract/time.js'
import { type ClockSetting, setTo } from './clock.js'
import type { DueItem } from './due-item.js'
import type { Changes } from './store.js'

/** Where to move the clock. `advance` counts from `set`, if both are given. */
export interface ClockMove {
  /** The time to set, in milliseconds since 1970. */
  readonly set?: number | undefined
  /** How far to move the clock, in milliseconds. */
  readonly advance?: number | undefined
}

/** A move of the clock that is asked for or under way: plain data, so that whichever process leads can make it. */
export interface Move {
  readonly id: string
  readonly set: number | null
  readonly advance: number
  /** Where it leads to, once it has begun. */
  readonly target: number | null
  /** Whether it cannot be made, because it leads out of the years that a time can have. */
  readonly refused: boolean
}

/** Where a move leads to that begins now, in milliseconds since 1970; it may lead out of the years that a time can have. */
export function timeAfter (now: number, { set, advance = 0 }: ClockMove | Move): number {
  return (set ?? now) + Math.trunc(advance)
}

/**
 * Takes a move to the next item, or to its end.
 * @param next the item that is due next, if there is one
 * @param clock where the clock stands
 * @param now its time, in milliseconds since 1970
 */
export function moveOn (move: Move, next: DueItem | undefined, clock: ClockSetting, now: number, machineTime: number): Changes {
  const target = move.target ?? timeAfter(now, move)
  if (!isRepresentable(target)) return { puts: { moves: [{ ...move, refused: true }] } }
  const isLast = next === undefined || next.at > target
  const time = isLast ? target : next.at
  // a running clock may be past it: it never goes back on its way
  const isMoved = time > now || (move.target === null && target < now)
  return {
    deletes: { moves: isLast ? [move.id] : [] },
    puts: { moves: isLast ? [] : [{ ...move, target }], settings: isMoved ? [setTo(time, clock, machineTime)] : [] }
  }
}
