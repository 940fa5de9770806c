const CRLF = '\r\n'

/** Cuts the bytes of one direction of a RESP2 or RESP3 connection into whole commands, or whole replies. */
export class RespFrames {
  #rest: Buffer = Buffer.alloc(0)

  /** Takes bytes as they come, and returns the frames that are complete now. */
  take (chunk: Buffer): Buffer[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const frames: Buffer[] = []
    for (let end; (end = endOf(this.#rest, 0)) !== undefined;) {
      frames.push(this.#rest.subarray(0, end))
      this.#rest = this.#rest.subarray(end)
    }
    return frames
  }
}

/** Whether a frame is one that a server sends without being asked: of a subscription, in RESP3. */
export function isPush (frame: Buffer): boolean {
  return frame[0] === '>'.charCodeAt(0)
}

/** The name of a command, in capital letters. */
export function nameOf (command: Buffer): string {
  return command.toString('latin1').split(CRLF, 3)[2]?.toUpperCase() ?? ''
}

/** Where the value that starts at a place ends; `undefined` when its end has not come yet. */
function endOf (bytes: Buffer, start: number): number | undefined {
  const lineEnd = bytes.indexOf(CRLF, start)
  if (lineEnd < 0) return undefined
  const end = lineEnd + CRLF.length
  const type = String.fromCharCode(bytes[start] as number)
  const length = () => Number(bytes.toString('latin1', start + 1, lineEnd))
  switch (type) {
    case '$': case '!': case '=': return length() < 0 ? end : complete(bytes, end + length() + CRLF.length)
    case '*': case '~': case '>': return endOfAll(bytes, end, length())
    case '%': return endOfAll(bytes, end, length() * 2)
    case '|': return endOfAll(bytes, end, length() * 2 + 1) // attributes, and the value that they belong to
    default: return end
  }
}

function complete (bytes: Buffer, end: number): number | undefined {
  return end <= bytes.length ? end : undefined
}

function endOfAll (bytes: Buffer, start: number, count: number): number | undefined {
  let end: number | undefined = start
  for (let index = 0; index < count && end !== undefined; index++) end = endOf(bytes, end)
  return end
}
