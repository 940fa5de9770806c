/**
 * Reads JSON that somebody wrote.
 * @param what what it is, for the error: `The metadata`
 * @throws Error in the browser's words, which say where the text is wrong
 */
export function parseJson (text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`${what} is not valid JSON: ${(error as Error).message}`, { cause: error })
  }
}
