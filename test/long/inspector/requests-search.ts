import t from 'tap'
import { needsChromium } from '../chromium.js'
import { hasRows, launch, openInspector, request, rowsOf, showsRows } from './open.js'

t.test('requests are found by search, status and operation', needsChromium, async t => {
  const browser = await launch(t)
  const { mock, page, complaints } = await openInspector(t, browser)
  await request(mock, 'GET', '/sessions?limit=5')
  await request(mock, 'PATCH', '/sessions/ses_pending', { external_ref: 'Order-77' })
  await request(mock, 'PATCH', '/sessions/ses_nobody', {})
  await showsRows(t, page, [/404PATCH.*ses_nobody/, /200PATCH.*ses_pending/, /200GET.*limit=5/])

  await t.test('text of a body, in any case', async t => {
    const search = page.getByRole('searchbox', { name: 'Search path, ids, and bodies' })
    await search.fill('order-77')
    await showsRows(t, page, [/ses_pending/])
    t.match(page.url(), /#\/requests\?q=order-77$/)
    await search.fill('nothing like this')
    await page.getByText('No request matches.').waitFor()
    await search.press('Escape')
    await hasRows(page, 3)
    t.match(page.url(), /#\/requests$/)
  })

  await t.test('the status', async t => {
    await page.getByLabel('Status', { exact: true }).selectOption('4xx')
    await showsRows(t, page, [/404.*ses_nobody/])
    t.match(page.url(), /\?status=4xx$/)
  })

  await t.test('the operation, together with the status', async t => {
    await page.getByLabel('Operation', { exact: true }).selectOption('updateSession')
    await page.waitForURL(/\?status=4xx&operation=updateSession$/)
    await page.getByLabel('Status', { exact: true }).selectOption('')
    await showsRows(t, page, [/404PATCH/, /200PATCH/])
    t.match(page.url(), /\?operation=updateSession$/)
  })

  await t.test('the back button leads from a request to the list, with its filters, and a link has them too', async t => {
    await rowsOf(page).first().click()
    await page.getByRole('heading', { level: 2, name: '404 PATCH' }).waitFor()
    t.match(page.url(), /#\/requests\/3\?operation=updateSession$/)
    await page.goBack()
    await page.getByText('Select a request').waitFor()
    t.equal(await page.getByLabel('Operation', { exact: true }).inputValue(), 'updateSession')
    const linked = await openInspector(t, browser, { mock, hash: '#/requests/2?operation=listSessions' })
    await linked.page.getByRole('heading', { level: 2, name: 'ses_pending' }).waitFor()
    await showsRows(t, linked.page, [/limit=5/])
    t.same(linked.complaints, [])
  })
  t.same(complaints, [])
})
