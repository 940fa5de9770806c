import t from 'tap'
import { needsChromium } from '../chromium.js'
import { hasRows, isSameDocument, launch, mark, openInspector, request, rowsOf, showsRows } from './open.js'

t.test('the page shows what happens without a reload', needsChromium, async t => {
  const browser = await launch(t)

  t.test('a request appears at the top, and is counted', async t => {
    const { mock, page, complaints } = await openInspector(t, browser)
    await mark(page)
    await page.getByText('No requests yet.').waitFor()
    await request(mock, 'PATCH', '/sessions/ses_pending', { external_ref: 'a' })
    await showsRows(t, page, [/200PATCH.*ses_pending/])
    await request(mock, 'GET', '/sessions')
    await showsRows(t, page, [/GET/, /PATCH/])
    await page.getByRole('link', { name: 'Requests 2' }).waitFor()
    t.ok(await isSameDocument(page))
    t.same(complaints, [])
  })

  t.test('so do changes of sessions, keys, faults, webhooks, and the clock', async t => {
    const { mock, page, complaints } = await openInspector(t, browser, { hash: '#/sessions/ses_pending' })
    await mark(page)
    const detail = page.getByRole('region', { name: 'Details' })
    await detail.getByText('order-1001').waitFor()
    await request(mock, 'PATCH', '/sessions/ses_pending', { external_ref: 'order-2' }, { 'idempotency-key': 'key-1' })
    await detail.getByText('order-2').waitFor()
    await rowsOf(page).filter({ hasText: 'order-2' }).waitFor()
    await page.getByRole('link', { name: 'Keys 1' }).click()
    await page.getByRole('rowheader', { name: 'key-1' }).waitFor()
    await page.getByRole('link', { name: 'Faults' }).click()
    await page.getByText('No faults.').waitFor()
    await mock.faults.add({ then: { status: 500 } })
    await page.getByText('Return 500').waitFor()
    await mock.webhooks.hold()
    await page.getByRole('link', { name: 'Webhooks are held' }).waitFor()
    await mock.clock.freeze('2030-05-06T07:08:09Z')
    await page.getByText('2030-05-06 07:08:09 frozen').waitFor()
    await mock.reset()
    await page.getByText('No faults.').waitFor()
    await page.getByRole('link', { name: 'Requests 0' }).waitFor()
    t.ok(await isSameDocument(page))
    t.same(complaints, [])
  })

  t.test('a row does not move while somebody reads further down', async t => {
    const { mock, page, complaints } = await openInspector(t, browser, { viewport: { width: 1280, height: 400 } })
    for (let count = 1; count <= 12; count++) await request(mock, 'GET', `/sessions?limit=${count}`)
    await hasRows(page, 12)
    await page.evaluate(`new Promise(resolve => {
      const list = document.querySelector('.list')
      list.addEventListener('scroll', resolve, { once: true })
      list.scrollTo(0, 200)
    })`)
    await request(mock, 'GET', '/sessions?limit=13')
    await page.getByRole('button', { name: 'Show the newest' }).click()
    await hasRows(page, 13)
    t.match(await rowsOf(page).first().textContent(), /limit=13/)
    t.same(complaints, [])
  })

  t.test('more than fifty rows come in steps', async t => {
    const { mock, page, complaints } = await openInspector(t, browser)
    for (let count = 1; count <= 60; count++) await request(mock, 'GET', `/sessions?limit=${count}`)
    await page.getByText('50 of 60').waitFor()
    await page.getByRole('button', { name: 'Show more' }).click()
    await hasRows(page, 60)
    t.same(complaints, [])
  })

  t.test('the end of the mock ends the stream, and the page says so', async t => {
    const { mock, page, complaints } = await openInspector(t, browser)
    await page.getByText('Live', { exact: true }).waitFor()
    t.same(complaints, [])
    await mock.close()
    await page.getByText('Not connected').waitFor()
    t.notMatch(complaints, [/^forbidden/])
  })
})
