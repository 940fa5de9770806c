import encodeQR from 'qr'
import { pngOf } from './png.js'

/** How many bytes fit into a QR code. */
const CAPACITY = 2_953

/** The width of a module in pixels. Two modules fit into a byte. */
const SCALE = 4

/** The QR code of a text, as a PNG in a `data:` URL; null if the text is too long. The same text always has the same code. */
export function qrCodeDataUrl (text: string): string | null {
  if (Buffer.byteLength(text) > CAPACITY) return null
  // readers accept any mask, and searching for the best one takes time
  const modules = encodeQR(text, 'raw', { ecc: 'low', encoding: 'byte', mask: 0, border: 4 })
  const width = modules.length * SCALE
  return `data:image/png;base64,${pngOf(width, width, scanlinesOf(modules)).toString('base64')}`
}

/** Lines of pixels in the format of PNG: a zero, then 8 pixels per byte, 1 for white. */
function scanlinesOf (modules: readonly boolean[][]): Buffer {
  const length = 1 + Math.ceil(modules.length / 2)
  const lines = Buffer.alloc(modules.length * SCALE * length)
  for (const [y, row] of modules.entries()) {
    const start = y * SCALE * length
    for (let x = 0; x < row.length; x++) {
      const at = start + 1 + (x >> 1)
      if (row[x] === false) lines[at] = (lines[at] as number) | (x % 2 === 0 ? 0xf0 : 0x0f)
    }
    for (let copy = 1; copy < SCALE; copy++) lines.copyWithin(start + copy * length, start, start + length)
  }
  return lines
}
