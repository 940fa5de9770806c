/** The candidate that a misspelled word probably means; `undefined` if none is similar enough. */
export function nearest (word: string, candidates: readonly string[]): string | undefined {
  const near = candidates
    .map(candidate => ({ candidate, edits: word.length > 2 && candidate.startsWith(word) ? 0 : editDistance(word, candidate) }))
    .filter(({ candidate, edits }) => edits <= Math.max(1, Math.floor(candidate.length / 3)))
  return near.sort((one, other) => one.edits - other.edits)[0]?.candidate
}

/** How many insertions, deletions, replacements and swaps of neighbours lead from one text to the other. */
function editDistance (one: string, other: string): number {
  let [beforeLast, last]: [number[], number[]] = [[], Array.from({ length: other.length + 1 }, (_, column) => column)]
  for (let row = 1; row <= one.length; row++) {
    const current = [row]
    for (let column = 1; column <= other.length; column++) {
      const [left, above, diagonal] = [current[column - 1], last[column], last[column - 1]] as [number, number, number]
      const isSwap = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      current[column] = Math.min(
        left + 1,
        above + 1,
        diagonal + (one[row - 1] === other[column - 1] ? 0 : 1),
        isSwap ? beforeLast[column - 2] as number + 1 : Infinity
      )
    }
    [beforeLast, last] = [last, current]
  }
  return last[other.length] as number
}
