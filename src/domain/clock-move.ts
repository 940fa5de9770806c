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

/** A requested move of the clock, or one in progress: plain data, so that the leading process can make it, whichever requested it. */
export interface Move {
  readonly id: string
  readonly set: number | null
  readonly advance: number
  /** The target time; null until the move begins. */
  readonly target: number | null
  /** Whether the move was refused, because it leaves the range of times that can be written. */
  readonly refused: boolean
}

/** The target of a move that begins now, in milliseconds since 1970. It may be out of the range of times that can be written. */
export function timeAfter (now: number, { set, advance = 0 }: ClockMove | Move): number {
  return (set ?? now) + Math.trunc(advance)
}

/**
 * Takes a move to the next item, or to its end.
 * @param next the item that is due next, if there is one
 * @param clock the state of the clock
 * @param now its time, in milliseconds since 1970
 */
export function moveOn (move: Move, next: DueItem | undefined, clock: ClockSetting, now: number, machineTime: number): Changes {
  const target = move.target ?? timeAfter(now, move)
  if (!isRepresentable(target)) return { puts: { moves: [{ ...move, refused: true }] } }
  const isLast = next === undefined || next.at > target
  const time = isLast ? target : next.at
  // a running clock may already be past that time, and must not go back
  const isMoved = time > now || (move.target === null && target < now)
  return {
    deletes: { moves: isLast ? [move.id] : [] },
    puts: { moves: isLast ? [] : [{ ...move, target }], settings: isMoved ? [setTo(time, clock, machineTime)] : [] }
  }
}
