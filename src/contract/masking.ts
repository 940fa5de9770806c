const KEY = /vk_(?:pub_)?(?:live|sandbox)_[^\s\p{Cc}"\\,&#/?…]+/gu

/**
 * An API key as it may appear in a log: its prefix and, if enough stays hidden, its last four characters. A masked key stays as it is.
 */
export function maskApiKey (key: string): string {
  const prefix = /^vk_(pub_)?(live|sandbox)_/.exec(key)?.[0] ?? ''
  const secret = key.slice(prefix.length)
  if (/^…(.{4})?$/u.test(secret)) return key
  return `${prefix}…${secret.length > 8 ? secret.slice(-4) : ''}`
}

/** A text with its API keys masked, including percent-encoded keys. */
export function maskApiKeysIn (text: string): string {
  if (text.includes('%')) return maskEncoded(text)
  return text.includes('vk_') ? text.replace(KEY, maskApiKey) : text
}

function maskEncoded (text: string): string {
  // byte by byte, so that a text with an invalid encoding is masked too
  const characters = text.match(/%[\da-f]{2}|[^]/gi) as string[]
  const decoded = characters.map(one => one.length === 3 ? String.fromCharCode(parseInt(one.slice(1), 16)) : one).join('')
  let masked = ''
  let end = 0
  for (const { 0: key, index } of decoded.matchAll(KEY)) {
    masked += characters.slice(end, index).join('') + maskApiKey(key)
    end = index + key.length
  }
  return masked + characters.slice(end).join('')
}

/** The secret of a webhook endpoint as it may appear in the journal: its prefix. */
export function maskSecret (secret: string): string {
  return secret.startsWith('whsec_') ? 'whsec_…' : '…'
}
