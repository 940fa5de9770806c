import { createApi } from './api.js'
import { textOf, useForm } from './form.js'
import { html } from './html.js'
import { Problem } from './notice.js'

/**
 * Asks for the token of the control plane. The mock keeps it in a cookie that no script can read. Password managers need a user name.
 */
export function Login ({ onDone }: { onDone: () => void }) {
  const { error, onSubmit } = useForm(async form => {
    await createApi(undefined, () => undefined).call('POST', 'login', { token: textOf(form, 'token') })
    onDone()
  })
  return html`
    <main class="login">
      <h1>verifa-mock</h1>
      <p>This mock was started with a token (<code>--control-token</code>). Enter it to open the inspector.</p>
      <form class="form" onSubmit=${onSubmit}>
        <input autocomplete="username" value="verifa-mock" readonly hidden />
        <label class="field">Token <input type="password" name="token" autocomplete="current-password" required autofocus /></label>
        <${Problem} error=${error} />
        <button class="primary">Open the inspector</button>
      </form>
    </main>`
}
