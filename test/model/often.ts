import fc from 'fast-check'

/** Mostly what is usual. */
export const often = <T, U>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<U>, weight: number): fc.Arbitrary<T | U> =>
  fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: odd })
export const usually = <T, U>(usual: fc.Arbitrary<T>, ...odd: U[]): fc.Arbitrary<T | U> => often(usual, fc.constantFrom(...odd), 40)
