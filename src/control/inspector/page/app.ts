import { useMemo, useState } from 'preact/hooks'
import { ApiProvider, createApi } from './api.js'
import { Shell } from './shell.js'
import { html } from './html.js'
import { LiveProvider, useLiveStream } from './live.js'
import { Login } from './login.js'
import { useRoute } from './navigation.js'

/** The page: the login where the mock has a token, else a view. */
export function App () {
  const route = useRoute()
  const [workspace, setWorkspace] = useState<string>()
  const [needsLogin, setNeedsLogin] = useState(false)
  const api = useMemo(() => createApi(workspace, () => setNeedsLogin(true)), [workspace])
  const live = useLiveStream(workspace, !needsLogin)
  if (needsLogin) return html`<${Login} onDone=${() => setNeedsLogin(false)} />`
  return html`
    <${ApiProvider} value=${api}>
      <${LiveProvider} value=${live}>
        <${Shell} route=${route} onWorkspace=${setWorkspace} />
      <//>
    <//>`
}
