/** A part of a command line: a word, or a flag with the value that follows it. */
export type Argument = { word: string } | { flag: string, value?: string }

const short: Record<string, string> = { '-h': '--help', '-v': '--version' }

/**
 * Splits a command line. `--port 1` means `--port=1`. A value that looks like a flag needs the second form, so in `--host --port 1`
 * the host has no value.
 * @param takesValue whether a word after a flag is its value
 */
export function readArguments (args: readonly string[], takesValue: (flag: string, next: string) => boolean): Argument[] {
  const result: Argument[] = []
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] as string
    const next = args[index + 1]
    const [, name = '', value] = /^(--?[a-z][^=]*)(?:=(.*))?$/is.exec(arg) ?? []
    const flag = short[name] ?? name
    if (flag === '') {
      result.push({ word: arg })
    } else if (value !== undefined) {
      result.push({ flag, value })
    } else if (next !== undefined && !/^--?[a-z]/i.test(next) && takesValue(flag, next)) {
      result.push({ flag, value: next })
      index++
    } else {
      result.push({ flag })
    }
  }
  return result
}
