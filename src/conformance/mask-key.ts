import { maskApiKey } from '../contract/masking.js'

/** Masks the API key wherever it occurs in a text. Mask before you cut a text: half a key is not found. */
export function maskKey (text: string, apiKey: string): string {
  return text.replaceAll(apiKey, () => maskApiKey(apiKey))
}
