import { crc32, deflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')
const END = chunk('IEND', Buffer.alloc(0))

/**
 * A black and white PNG.
 * @param scanlines the lines of pixels in the format of PNG: a zero, then 8 pixels per byte, 1 for white
 */
export function pngOf (width: number, height: number, scanlines: Buffer): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 1 // bits per pixel; the zeros after it mean gray, deflate, and no interlacing
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('IDAT', deflateSync(scanlines, { level: 1 })), END])
}

function chunk (type: string, data: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(data.length + 12)
  bytes.writeUInt32BE(data.length, 0)
  bytes.write(type, 4, 'latin1')
  bytes.set(data, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), data.length + 8)
  return bytes
}
