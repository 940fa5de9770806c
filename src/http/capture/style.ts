import { createHash } from 'node:crypto'

/** The style sheet of all pages. Each page includes it, so that a page is one request. */
export const style = `
:root { color-scheme: light dark; --text: #1b1b1f; --quiet: #55555e; --page: #f4f4f6; --card: #ffffff; --notice: #fff2c2;
  --approve: #12633a; --reject: #a3202c; --review: #6b4a00; --on-button: #ffffff }
@media (prefers-color-scheme: dark) {
  :root { --text: #ececf1; --quiet: #b4b4bf; --page: #16161a; --card: #222228; --notice: #40360f;
    --approve: #7fd6a5; --reject: #ff9ea5; --review: #f0c36d; --on-button: #16161a }
}
* { box-sizing: border-box }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); overflow-wrap: anywhere }
header { padding: .75rem 1rem; background: var(--notice); text-align: center }
header p, form p { margin: 0 }
main { max-width: 36rem; margin: 1.5rem auto; padding: 1.5rem; background: var(--card); border-radius: .75rem }
@media (max-width: 40rem) { main { margin: 0; border-radius: 0; padding: 1rem .75rem } }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.25 }
dl { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: .25rem .75rem; margin: 1.25rem 0 }
dt { color: var(--quiet) }
dd { margin: 0 }
fieldset { display: grid; gap: .75rem; margin: 0; padding: 0; border: 0; min-width: 0 }
legend { padding: 0; margin-bottom: .75rem; font-weight: 600 }
button { min-height: 3rem; padding: .5rem 1rem; font: inherit; font-weight: 600; border: 2px solid transparent; border-radius: .5rem; cursor: pointer;
  color: var(--on-button) }
.approve { background: var(--approve) }
.reject { background: var(--reject) }
.needs_review { background: var(--review) }
:focus-visible { outline: 3px solid var(--text); outline-offset: 3px }
a { color: inherit }
.quiet { color: var(--quiet); margin: 1.25rem 0 0 }
`

/** The source for a Content-Security-Policy, which makes 'unsafe-inline' unnecessary. */
export const styleSource = `'sha256-${createHash('sha256').update(style).digest('base64')}'`
