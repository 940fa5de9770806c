import type { Link } from '../../../../domain/sessions/links.js'
import { useClockTime } from '../clock-time.js'
import { html } from '../html.js'
import { useOverview } from '../overview.js'
import { Badge } from '../status.js'
import { dateAndTime, span } from '../time.js'

/** The one-time links of a session, the newest first. */
export function Links ({ links }: { links: readonly Link[] }) {
  const now = useClockTime(useOverview().clock)
  const statusOf = ({ status, expires_at: end }: Link) => status === 'active' && Date.parse(end) <= now ? 'expired' : status
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label="One-time links">
      <table>
        <thead><tr><th scope="col">Link</th><th scope="col">Status</th><th scope="col">Expires (UTC)</th></tr></thead>
        <tbody>
          ${links.toReversed().map(link => html`
            <tr key=${link.id}>
              <th scope="row"><${UrlText} url=${link.capture_url} /></th>
              <td><${Badge} text=${statusOf(link)} /></td>
              <td class="mono">${dateAndTime(link.expires_at)}</td>
            </tr>`)}
        </tbody>
      </table>
    </div>`
}

/** How long it is until a time of the mock's clock. */
export function TimeLeft ({ until }: { until: string }) {
  const left = Date.parse(until) - useClockTime(useOverview().clock)
  return html`<span>${left > 0 ? `${span(left)} left` : 'expired'}</span>`
}

/** A URL that opens in a new tab. A fixture may have any text in its place, which is no link. */
export function UrlText ({ url }: { url: string }) {
  return /^https?:\/\//i.test(url)
    ? html`<a class="mono" href=${url} target="_blank" rel="noreferrer">${url}<span class="unseen"> (in a new tab)</span></a>`
    : html`<span class="mono">${url}</span>`
}
