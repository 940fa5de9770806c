import { LRUCache } from 'lru-cache'
import encodeQR from 'qr'
import { pngOf } from './png.js'

/** How many bytes fit into a QR code. */
const CAPACITY = 2_953

/** How a URL with a capture token ends. */
const TOKEN = /[0-9a-f]{20}$/
const TOKEN_LENGTH = 20
const NO_TOKEN = '0'.repeat(TOKEN_LENGTH)

/** How many pixels a module is wide. Two modules are a byte. */
const SCALE = 4

/** A QR code with the white around it. */
interface Code {
  /** How many modules it is wide. */
  size: number
  /** One line of pixels for each row of modules. Lines are of whole words, so that codes are combined quickly. */
  lines: Uint32Array
}

/** The code of a text whose token is all zeros, and what each character at each place of a token changes in it. */
interface Codes {
  zeros: Code
  changes: Map<string, Uint32Array>[]
}

const known = new LRUCache<string, Codes>({ max: 10 })

/** The QR code of a text, as a PNG in a `data:` URL; null when the text is too long for one. The same text has the same code. */
export function qrCodeDataUrl (text: string): string | null {
  if (Buffer.byteLength(text) > CAPACITY) return null
  const { size, lines } = TOKEN.test(text) ? codeWithToken(text) : codeOf(text)
  const width = size * SCALE
  return `data:image/png;base64,${pngOf(width, width, scanlinesOf(size, lines)).toString('base64')}`
}

/**
 * The code of a text that ends with a token. Codes of the same length are linear: a character changes the same modules, whatever the
 * others are. So changes are combined, which takes 11 µs; to encode each text would take 30.
 */
function codeWithToken (text: string): Code {
  const start = text.slice(0, -TOKEN_LENGTH)
  let codes = known.get(start)
  if (codes === undefined) {
    known.set(start, codes = { zeros: codeOf(start + NO_TOKEN), changes: Array.from(NO_TOKEN, () => new Map<string, Uint32Array>()) })
  }
  const { zeros, changes } = codes
  const lines = zeros.lines.slice()
  for (let place = 0; place < TOKEN_LENGTH; place++) {
    const character = text[start.length + place] as string
    if (character === '0') continue
    const changesHere = changes[place] as Map<string, Uint32Array>
    let change = changesHere.get(character)
    if (change === undefined) {
      change = codeOf(start + NO_TOKEN.slice(0, place) + character + NO_TOKEN.slice(place + 1)).lines
      combine(change, zeros.lines)
      changesHere.set(character, change)
    }
    combine(lines, change)
  }
  return { size: zeros.size, lines }
}

function combine (lines: Uint32Array, change: Uint32Array): void {
  for (let index = 0; index < lines.length; index++) lines[index] = (lines[index] as number) ^ (change[index] as number)
}

function codeOf (text: string): Code {
  // the best mask would depend on the token
  const modules = encodeQR(text, 'raw', { ecc: 'low', encoding: 'byte', mask: 0, border: 4 })
  const size = modules.length
  const bytes = new Uint8Array(size * lineLength(size))
  for (const [y, row] of modules.entries()) {
    for (const [x, isDark] of row.entries()) {
      const at = y * lineLength(size) + (x >> 1)
      if (!isDark) bytes[at] = (bytes[at] as number) | (x % 2 === 0 ? 0xf0 : 0x0f)
    }
  }
  return { size, lines: new Uint32Array(bytes.buffer) }
}

/** How many bytes a line takes: half a byte for each module, and whole words. */
function lineLength (size: number): number {
  return Math.ceil(size / 8) * 4
}

function scanlinesOf (size: number, lines: Uint32Array): Buffer {
  const bytes = new Uint8Array(lines.buffer)
  const width = Math.ceil(size / 2)
  const scanlines = Buffer.alloc(size * SCALE * (width + 1))
  let at = 0
  for (let y = 0; y < size * SCALE; y++) {
    const start = (y >> 2) * lineLength(size)
    at++
    // byte by byte: to call `set` for so few takes longer
    for (let x = 0; x < width; x++) scanlines[at++] = bytes[start + x] as number
  }
  return scanlines
}
