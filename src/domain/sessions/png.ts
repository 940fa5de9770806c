import { crc32 } from 'node:zlib'

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')
const END = chunk('IEND', Buffer.alloc(0))

/** How many bytes a block of deflate can store. */
const BLOCK = 0xffff

/**
 * A PNG of black and white.
 * @param scanlines each line of pixels as the format has it: a zero, then 8 pixels in a byte, 1 for white
 */
export function pngOf (width: number, height: number, scanlines: Buffer): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 1 // bits for each pixel; the zeros after it say: gray, deflate, no interlacing
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('IDAT', store(scanlines)), END])
}

function chunk (type: string, data: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(data.length + 12)
  bytes.writeUInt32BE(data.length, 0)
  bytes.write(type, 4, 'latin1')
  bytes.set(data, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), data.length + 8)
  return bytes
}

/** Data in the form of zlib, but not compressed: to make 1 kB of 3 kB, zlib would take 90 µs, longer than the rest of a request. */
function store (data: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(2 + Math.ceil(data.length / BLOCK) * 5 + data.length + 4)
  bytes.writeUInt16BE(0x7801, 0)
  let at = 2
  for (let start = 0; start < data.length; start += BLOCK) {
    const block = data.subarray(start, start + BLOCK)
    bytes[at] = start + BLOCK >= data.length ? 1 : 0 // whether it is the last one
    bytes.writeUInt16LE(block.length, at + 1)
    bytes.writeUInt16LE(~block.length & 0xffff, at + 3)
    bytes.set(block, at + 5)
    at += 5 + block.length
  }
  bytes.writeUInt32BE(adler32(data), at)
  return bytes
}

function adler32 (data: Buffer): number {
  let [low, high] = [1, 0]
  for (let start = 0; start < data.length; start += 3800) { // more would leave the range of whole numbers that are fast
    const end = Math.min(start + 3800, data.length)
    for (let at = start; at < end; at++) high += low += data[at] as number
    low %= 65_521
    high %= 65_521
  }
  return high * 65_536 + low
}
