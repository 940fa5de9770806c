/**
 * Reads JSON that somebody typed.
 * @param what what it is, for the error: `The metadata`
 * @throws Error which says where the text is wrong: browsers say it in different words, or not at all
 */
export function parseJson (text: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const at = faultIn(text)
    const lines = text.slice(0, at).split('\n')
    const found = at === text.length ? 'the end of the text' : text.slice(at, at + 20).split('\n', 1)[0]
    const place = `line ${lines.length}, column ${(lines.at(-1) as string).length + 1}`
    throw new Error(`${what} is not valid JSON at ${place}: unexpected ${found}`, { cause: error })
  }
}

const value = '{[sv'

/** The position of the first token that cannot stand where it stands, in a text that is not valid JSON. */
function faultIn (text: string): number {
  const string = /("[^"\\\0-\x1f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\0-\x1f]*)*")/.source
  const other = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/.source
  const token = new RegExp(`(?:([{}[\\],:])|${string}|${other})[ \\t\\n\\r]*`, 'y')
  const ends: string[] = [] // what can follow a value in each open object and list
  let expected = value
  for (let at = text.search(/[^ \t\n\r]|$/); ; at = token.lastIndex) {
    token.lastIndex = at
    const match = token.exec(text)
    if (match === null) return at
    const kind = match[1] ?? (match[2] === undefined ? 'v' : 's')
    if (!expected.includes(kind)) return at
    if (kind === '{') {
      ends.push(',}')
      expected = 's}'
    } else if (kind === '[') {
      ends.push(',]')
      expected = `${value}]`
    } else if (kind === ',') {
      expected = ends.at(-1) === ',}' ? 's' : value
    } else if (kind === ':') {
      expected = value
    } else if (kind === 's' && !expected.includes('v')) {
      expected = ':'
    } else {
      if (kind === '}' || kind === ']') ends.pop()
      expected = ends.at(-1) ?? ''
    }
  }
}
