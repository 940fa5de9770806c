import { randomBytes } from 'node:crypto'

/** An ID or a token that is not used yet: the prefix and 20 hexadecimal characters. */
export function newId (prefix: string): string {
  return prefix + randomBytes(10).toString('hex')
}
