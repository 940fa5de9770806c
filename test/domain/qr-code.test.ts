import { inflateSync, crc32 } from 'node:zlib'
import fc from 'fast-check'
import jsQR from 'jsqr'
import t from 'tap'
import { qrCodeDataUrl } from '../../src/domain/sessions/qr-code.js'

interface Image { width: number, height: number, pixels: Uint8ClampedArray }

/** Reads a PNG of black and white, without the code that wrote it. */
function readPng (url: string): Image {
  const png = Buffer.from(url.replace('data:image/png;base64,', ''), 'base64')
  if (png.subarray(0, 8).toString('latin1') !== '\x89PNG\r\n\x1a\n') throw new Error('no PNG')
  const chunks = new Map<string, Buffer>()
  for (let at = 8; at < png.length;) {
    const end = at + 8 + png.readUInt32BE(at)
    if (crc32(png.subarray(at + 4, end)) !== png.readUInt32BE(end)) throw new Error('wrong checksum')
    chunks.set(png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, end))
    at = end + 4
  }
  const header = chunks.get('IHDR') as Buffer
  if (header.subarray(8).toString('hex') !== '0100000000') throw new Error('not gray, of one bit')
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  const lines = inflateSync(chunks.get('IDAT') as Buffer)
  const length = Math.ceil(width / 8) + 1
  if (lines.length !== length * height || [...chunks.keys()].join() !== 'IHDR,IDAT,IEND') throw new Error('wrong parts')
  const pixels = new Uint8ClampedArray(width * height * 4)
  for (let index = 0; index < width * height; index++) {
    const [x, y] = [index % width, Math.floor(index / width)]
    const isWhite = ((lines[y * length + 1 + (x >> 3)] as number) >> (7 - x % 8)) & 1
    pixels.set(isWhite === 1 ? [255, 255, 255, 255] : [0, 0, 0, 255], index * 4)
  }
  return { width, height, pixels }
}

/** What a phone would read. */
function scan (url: string | null): string | undefined {
  const { width, height, pixels } = readPng(String(url))
  return (jsQR as unknown as typeof jsQR.default)(pixels, width, height)?.data
}

const hex = fc.stringMatching(/^[0-9a-f]{20}$/)
const host = fc.constantFrom('127.0.0.1:4010', 'localhost:4010', 'verifa-mock', 'mock.verifa.a-rather-long-name.example.test:65535')

t.test('the code of any capture URL is read back', async () => {
  fc.assert(fc.property(host, hex, (host, token) => {
    const url = `http://${host}/verify/cap_${token}`
    return scan(qrCodeDataUrl(url)) === url && qrCodeDataUrl(url) === qrCodeDataUrl(url)
  }), { numRuns: 50 })
})

t.test('so is that of any other text', async t => {
  for (const text of ['7', '0123', 'HELLO', 'http://[::1]:4010/verify', 'ü', 'x'.repeat(300), '0'.repeat(40)]) t.equal(scan(qrCodeDataUrl(text)), text)
})

t.test('the largest code is a whole image, and a longer text has none', async t => {
  t.match(readPng(String(qrCodeDataUrl('x'.repeat(2953)))), { width: 740, height: 740 })
  t.equal(qrCodeDataUrl('x'.repeat(2954)), null)
})

t.test('a code is large enough to be scanned from a screen, with white around it', async t => {
  const { width, pixels } = readPng(String(qrCodeDataUrl('http://127.0.0.1:4010/verify/cap_0123456789abcdef0123')))
  t.equal(width, 148)
  t.ok(pixels.subarray(0, width * 16 * 4).every(value => value === 255))
})
