import { maskApiKey } from '../contract/masking.js'

/** A text in which the API key is masked, wherever it stands. To be used before a text is cut: half a key could not be found again. */
export function hideKey (text: string, apiKey: string): string {
  return text.replaceAll(apiKey, () => maskApiKey(apiKey))
}
