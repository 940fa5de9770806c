import t from 'tap'
import type { Page } from 'playwright-core'
import { needsChromium } from '../chromium.js'
import { hasRows, launch, openInspector, request } from './open.js'

t.test('the keyboard alone is enough', needsChromium, async t => {
  const browser = await launch(t)
  const { mock, page, complaints } = await openInspector(t, browser)
  for (let count = 1; count <= 3; count++) await request(mock, 'PATCH', '/sessions/ses_pending', { external_ref: `order-${count}` })
  await hasRows(page, 3)

  await t.test('Tab goes through the page in its order, and the focus can be seen', async t => {
    const focused: string[] = []
    while (!focused.includes('Clear')) {
      await page.keyboard.press('Tab')
      focused.push(await nameOfFocused(page))
      if (focused.length > 40) break
    }
    await page.keyboard.press('Tab')
    t.match(focused, [
      'Skip to the content', 'verifa-mock', /^20/, /^Requests/, /^Sessions/, /^Webhooks/, /^Keys/, /^Faults/, 'Clock and state',
      'Search path, ids, and bodies', 'Status', 'Operation', 'Clear'
    ])
    t.match(await nameOfFocused(page), /PATCH/, 'the list')
    await page.keyboard.press('Enter')
    await page.getByText('number 3').waitFor()
  })

  await t.test('arrows go through the list, Escape leaves the request', async t => {
    await page.keyboard.press('ArrowDown')
    await page.getByText('number 2').waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.getByText('number 1', { exact: false }).waitFor()
    await page.keyboard.press('ArrowUp')
    await page.getByText('number 2').waitFor()
    t.equal(await page.locator('.row[aria-current]').getAttribute('href'), '#/requests/2')
    await page.keyboard.press('Escape')
    await page.getByText('Select a request').waitFor()
  })

  await t.test('the slash goes to the search, where it is a letter; Escape leaves it', async t => {
    await page.keyboard.press('/')
    t.equal(await nameOfFocused(page), 'Search path, ids, and bodies')
    await page.keyboard.type('/order-2')
    t.equal(await page.getByRole('searchbox').inputValue(), '/order-2')
    await page.keyboard.press('Escape')
    t.equal(await page.getByRole('searchbox').inputValue(), '')
    t.equal(await nameOfFocused(page), '')
    await hasRows(page, 3)
  })

  await t.test('a link skips the navigation', async t => {
    const { page, complaints } = await openInspector(t, browser, { mock, hash: '#/faults' })
    await page.getByText('No faults.').waitFor()
    await page.keyboard.press('Tab')
    const link = page.getByRole('link', { name: 'Skip to the content' })
    t.ok((await link.boundingBox())?.x as number >= 0, 'it can be seen')
    await page.keyboard.press('Enter')
    t.equal(await page.evaluate('document.activeElement.id'), 'content')
    t.match(page.url(), /#\/faults$/)
    await page.keyboard.press('Tab')
    t.equal(await page.evaluate('document.activeElement.name'), 'kind', 'the first field of the form')
    t.same(complaints, [])
  })

  await t.test('a question is asked where the focus is', async t => {
    const { page, complaints } = await openInspector(t, browser, { mock, hash: '#/clock' })
    const reset = page.getByRole('button', { name: 'Reset' })
    await reset.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('group', { name: 'Confirm' }).waitFor()
    t.equal(await nameOfFocused(page), 'Yes, Reset')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    t.ok(await reset.isVisible(), 'it was canceled')
    t.equal((await mock.requests()).length, 3)
    t.same(complaints, [])
  })
  t.same(complaints, [])
})

/** The name of what has the focus; empty when nothing has it. */
async function nameOfFocused (page: Page): Promise<string> {
  return await page.evaluate(`(({ ariaLabel, textContent, localName }) => localName === 'body' ? '' : (ariaLabel ?? textContent).replace(/\\s+/g, ' ').trim())(document.activeElement)`)
}
