import axe from 'axe-core'
import type { Page } from 'playwright-core'
import t from 'tap'
import { needsChromium } from '../chromium.js'
import { startReceiver } from '../../receiver.js'
import { launch, openInspector } from './open.js'
import { expected, openScenes } from './scenes.js'
import { fixtures, tellStory } from './story.js'

/** So high that nothing is scrolled away: axe cannot decide about what it does not see. */
const viewport = { width: 1280, height: 3000 }

t.test('axe finds nothing', needsChromium, async t => {
  const browser = await launch(t)

  for (const colorScheme of ['light', 'dark'] as const) {
    t.test(`in every view, ${colorScheme}`, async t => {
      const { mock, page, complaints } = await openInspector(t, browser, { colorScheme, viewport, options: { fixtures } })
      await tellStory(mock, (await startReceiver(t)).url)
      await openScenes(page, mock, async name => t.same(await findings(page), [], name))
      t.same(complaints, expected)
    })

    t.test(`when there is nothing, ${colorScheme}`, async t => {
      const { mock, page, complaints } = await openInspector(t, browser, { colorScheme, options: { fixtures: [] } })
      for (const view of ['requests', 'sessions', 'webhooks', 'keys', 'faults']) {
        await page.goto(`${mock.url}/_mock/#/${view}`)
        await page.locator('.empty').waitFor()
        t.same(await findings(page), [], view)
      }
      t.same(complaints, [])
    })

    t.test(`at the login, ${colorScheme}`, async t => {
      const { page } = await openInspector(t, browser, { colorScheme, options: { controlToken: 'hunter2' } })
      await page.getByLabel('Token').fill('hunter3')
      await page.keyboard.press('Enter')
      await page.getByRole('alert').getByText(/./).waitFor()
      t.same(await findings(page), [])
    })
  }
})

/** What axe objects to, or cannot decide. */
async function findings (page: Page): Promise<unknown[]> {
  // by the debugger, since the page allows no other script
  await page.evaluate(`window.axe ?? (() => { ${axe.source} })()`)
  const { violations, incomplete } = await page.evaluate<axe.AxeResults>('axe.run({ resultTypes: ["violations", "incomplete"] })')
  return [...violations, ...incomplete]
    .flatMap(({ id, nodes }) => nodes.map(({ html, any: [reason] }) => ({ id, html, message: String(reason?.message) })))
    .filter(({ html, message }) => !isUndecidable(html, message))
}

/** Whether axe cannot know the contrast: that of symbols, such as an arrow, and of braces between the colored parts of JSON. */
function isUndecidable (html: string, message: string): boolean {
  return message.endsWith('contains only non-text characters') || (html.startsWith('<pre class="json"') && message.endsWith('overlapped by another element'))
}
