import { type TInteger, type TOptional, Type } from '@sinclair/typebox'

/** How many a test expects; by default, at least one. */
export type ExpectedNumbers = {
  /** The exact number. */
  count: number
  at_least?: never
  at_most?: never
} | {
  count?: never
  /** The minimum number. */
  at_least?: number
  /** The maximum number. */
  at_most?: number
}

type Field = TOptional<TInteger>

/** The fields of an expectation that set the number. */
export function numbers (many: string): { count: Field, at_least: Field, at_most: Field } {
  const number = (description: string) => Type.Optional(Type.Integer({ minimum: 0, description }))
  return {
    count: number(`How many ${many} there are, exactly`),
    at_least: number(`How many ${many} there are at least; 1 when no number is given`),
    at_most: number(`How many ${many} there are at most`)
  }
}
