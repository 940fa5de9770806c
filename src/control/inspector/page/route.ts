/** The views of the page, in the order of the navigation. */
export const views = ['requests', 'sessions', 'webhooks', 'keys', 'faults', 'clock'] as const
export type View = typeof views[number]

/** What the page shows. It is the fragment of the URL, so that a view can be linked to: `#/requests/12?status=4xx`. */
export interface Route {
  view: View
  /** What is selected, such as a request or a session. */
  id: string | undefined
  /** The filters of the view. */
  query: Readonly<Record<string, string>>
}

export function parseRoute (fragment: string): Route {
  const [path = '', query = ''] = fragment.replace(/^#\/?/, '').split('?')
  const [view, ...rest] = path.split('/')
  return {
    view: views.find(name => name === view) ?? 'requests',
    id: rest.length === 0 ? undefined : decode(rest.join('/')),
    query: Object.fromEntries(new URLSearchParams(query))
  }
}

/** The fragment of a route. Empty filters are left out. */
export function hrefOf ({ view, id, query = {} }: Partial<Route> & { view: View }): string {
  const filters = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString()
  return `#/${view}${id === undefined ? '' : `/${encode(id)}`}${filters === '' ? '' : `?${filters}`}`
}

/** An id as a segment of a path. It may be any text, also one that no URL can name: half of a surrogate pair. */
export function encode (id: string): string {
  return encodeURIComponent(id.replace(/\p{Surrogate}/gu, '\ufffd'))
}

function decode (text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
