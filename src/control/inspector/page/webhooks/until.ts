import { useClockTime } from '../clock-time.js'
import { html } from '../html.js'
import { useOverview } from '../overview.js'
import { untilInWords } from './words.js'

/** How long it is until a time, by the clock of the mock. */
export function Until ({ at }: { at: string }) {
  const now = useClockTime(useOverview().clock)
  return html`<span>${untilInWords(at, now)}</span>`
}
