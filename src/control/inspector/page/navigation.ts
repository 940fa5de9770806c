import { useEffect, useState } from 'preact/hooks'
import { hrefOf, parseRoute, type Route, type View } from './route.js'

/** The route that the URL names, now and after each change. */
export function useRoute (): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash))
  useEffect(() => {
    const follow = () => setRoute(parseRoute(location.hash))
    addEventListener('hashchange', follow)
    follow() // it may have changed since the first rendering
    return () => removeEventListener('hashchange', follow)
  }, [])
  return route
}

/** Goes to a route. With `replace`, the back button skips the route that was shown before: for filters that change as one types. */
export function go (route: Partial<Route> & { view: View }, { replace = false } = {}): void {
  if (!replace) {
    location.hash = hrefOf(route)
    return
  }
  history.replaceState(null, '', hrefOf(route))
  dispatchEvent(new HashChangeEvent('hashchange'))
}
