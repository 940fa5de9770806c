import t from 'tap'
import { needsChromium } from '../chromium.js'
import { hasRows, launch, openInspector, request, showsRows } from './open.js'

t.test('a mock with a token', needsChromium, async t => {
  const browser = await launch(t)
  const { mock, page, complaints } = await openInspector(t, browser, { options: { controlToken: 'hunter2' }, hash: '#/requests?status=4xx' })
  const field = page.getByLabel('Token')
  await request(mock, 'PATCH', '/sessions/ses_nobody', {})

  await t.test('asks for it first', async t => {
    await field.waitFor()
    t.equal(await page.evaluate('document.activeElement.name'), 'token', 'it has the focus')
    t.equal(await field.getAttribute('type'), 'password')
    t.equal(await page.locator('form [autocomplete=username]').inputValue(), 'verifa-mock', 'without a user name, Chromium complains now and then')
    t.notMatch(await page.locator('body').textContent(), 'ses_nobody')
    t.match(complaints.splice(0), [/^401 GET/])
  })

  await t.test('refuses a wrong one', async t => {
    await field.fill('hunter3')
    await field.press('Enter')
    await page.getByRole('alert').getByText(/token/i).waitFor()
    t.same(complaints.splice(0), ['401 POST /_mock/login'])
    t.same(await page.context().cookies(), [])
  })

  await t.test('takes the right one, and keeps it where no script can read it', async t => {
    await field.fill('hunter2')
    await page.getByRole('button', { name: 'Open the inspector' }).click()
    await showsRows(t, page, [/404.*ses_nobody/])
    t.match(await page.context().cookies(), [{ httpOnly: true, sameSite: 'Strict', path: '/_mock' }])
    t.notMatch(JSON.stringify(await page.context().cookies()), 'hunter2')
    t.equal(await page.evaluate('document.cookie'), '')
    t.notMatch(page.url(), 'hunter2')
    await page.getByText('Live', { exact: true }).waitFor()
    await request(mock, 'PATCH', '/sessions/ses_nobody', {})
    await hasRows(page, 2)
  })

  await t.test('remembers it after a reload', async t => {
    await page.reload()
    await hasRows(page, 2)
    t.equal(await field.count(), 0)
  })

  await t.test('does not keep it from others', async t => {
    const other = await openInspector(t, browser, { mock })
    await other.page.getByLabel('Token').waitFor()
    t.match(other.complaints, [/^401 GET/])
  })
  t.same(complaints, [])
})
