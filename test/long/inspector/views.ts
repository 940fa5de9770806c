import t from 'tap'
import { needsChromium } from '../chromium.js'
import { startReceiver } from '../../receiver.js'
import { launch, openInspector, rowsOf } from './open.js'
import { fixtures, tellStory } from './story.js'

const views = [
  { view: 'requests', link: /^Requests/, empty: 'No requests yet.', full: 'upgrade-order-1048' },
  { view: 'sessions', link: /^Sessions/, empty: 'No sandbox sessions.', full: 'order-1046' },
  { view: 'webhooks', link: /^Webhooks/, empty: 'No webhook endpoints yet.', full: 'session.approved' },
  { view: 'keys', link: /^Keys/, empty: 'No idempotency keys.', full: 'create-order-1051' },
  { view: 'faults', link: /^Faults/, empty: 'No faults.', full: 'Send the webhook twice' },
  { view: 'clock', link: /^Clock and state/, empty: 'Return to real time', full: 'frozen' }
]

t.test('every view opens', needsChromium, async t => {
  const browser = await launch(t)

  t.test('when there is nothing', async t => {
    const { page, complaints } = await openInspector(t, browser, { options: { fixtures: [] } })
    for (const { view, link, empty } of views) {
      await page.getByRole('link', { name: link }).first().click()
      await page.getByText(empty).waitFor()
      t.match(page.url(), `#/${view}`)
      t.match(await page.locator('.tabs [aria-current=page]').textContent(), link)
      t.match(await page.title(), / – verifa-mock$/)
    }
    t.same(complaints, [])
  })

  t.test('when there is something', async t => {
    const { mock, page, complaints } = await openInspector(t, browser, { options: { fixtures } })
    await tellStory(mock, (await startReceiver(t)).url)
    for (const { link, full } of views) {
      await page.getByRole('link', { name: link }).first().click()
      if (full === 'upgrade-order-1048') await rowsOf(page).filter({ hasText: 'replayed' }).click()
      await page.locator('main').getByText(full).filter({ visible: true }).first().waitFor()
    }
    t.same(complaints, [])
  })

  t.test('the mock leads a browser there', async t => {
    const { mock, page, complaints } = await openInspector(t, browser)
    await page.goto(mock.url)
    await page.getByText('No requests yet.').waitFor()
    t.equal(new URL(page.url()).pathname, '/_mock/')
    t.same(complaints, [])
  })
})
