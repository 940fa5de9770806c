const KEY = /vk_(?:pub_)?(?:live|sandbox)_[^\s"'\\,;&#/?…]+/g

/** An API key as it may stand in a log: its prefix and, where enough stays hidden, its last four characters. */
export function maskApiKey (key: string): string {
  const prefix = /^vk_(pub_)?(live|sandbox)_/.exec(key)?.[0] ?? ''
  const secret = key.slice(prefix.length)
  return `${prefix}…${secret.length > 8 ? secret.slice(-4) : ''}`
}

/** A text whose API keys are masked, also those that are percent-encoded as in a URL. */
export function maskApiKeysIn (text: string): string {
  const masked = text.includes('vk_') ? text.replace(KEY, maskApiKey) : text
  return masked.includes('%') ? masked.replace(/[^&#/?=\s"]+/g, maskEncoded) : masked
}

function maskEncoded (part: string): string {
  // byte by byte, so that a part with an invalid encoding is masked too
  const decoded = part.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  const masked = decoded.replace(KEY, maskApiKey)
  return masked === decoded ? part : masked
}
