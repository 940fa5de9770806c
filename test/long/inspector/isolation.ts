import t from 'tap'
import { needsChromium } from '../chromium.js'
import { hasRows, launch, openInspector, request, showsRows } from './open.js'

t.test('with isolation, the page shows the workspace that is chosen', needsChromium, async t => {
  const browser = await launch(t)
  const { mock, page, complaints } = await openInspector(t, browser, { options: { isolation: 'api-key' } })
  const choice = page.getByLabel('Workspace')
  await page.getByText('No requests yet.').waitFor()
  await request(mock, 'PATCH', '/sessions/ses_pending', { external_ref: 'first' }, { 'x-api-key': 'vk_sandbox_first000' })
  await request(mock, 'GET', '/sessions', undefined, { 'x-api-key': 'vk_sandbox_second00' })
  await request(mock, 'GET', '/sessions?limit=2', undefined, { 'x-api-key': 'vk_sandbox_second00' })
  await page.reload()
  await page.getByText('No requests yet.').waitFor()
  const options = await choice.getByRole('option').allTextContents()
  t.equal(options.length, 3)
  t.equal(options[0], 'without an API key')
  t.notMatch(options.join(), /vk_sandbox_(first000|second00)/, 'no whole API key')

  await choice.selectOption({ index: 1 })
  await showsRows(t, page, [/PATCH.*ses_pending/])
  await choice.selectOption({ index: 2 })
  await showsRows(t, page, [/limit=2/, /GET/])

  await t.test('it is live, and what the page does is done there', async t => {
    await request(mock, 'GET', '/sessions?limit=3', undefined, { 'x-api-key': 'vk_sandbox_second00' })
    await hasRows(page, 3)
    await page.goto(`${mock.url}/_mock/#/clock`)
    await page.getByRole('button', { name: 'Reset' }).click()
    await page.getByRole('button', { name: 'Yes, Reset' }).click()
    await page.getByText('The mock was reset.').waitFor()
    t.same(await mock.withApiKey('vk_sandbox_second00').requests(), [])
    t.match(await mock.withApiKey('vk_sandbox_first000').requests(), [{ method: 'PATCH' }])
    t.equal((await mock.withApiKey('vk_sandbox_first000').session('ses_pending')).external_ref, 'first')
  })

  await t.test('a request is sent again in its workspace', async t => {
    await page.goto(`${mock.url}/_mock/#/requests`)
    await choice.selectOption({ index: 1 })
    await page.getByRole('link', { name: 'ses_pending' }).click()
    await page.getByRole('button', { name: 'Send again' }).click()
    await page.getByRole('form', { name: 'Send again' }).getByRole('button', { name: 'Send' }).click()
    await hasRows(page, 2)
    t.equal((await mock.withApiKey('vk_sandbox_first000').requests()).length, 2)
  })
  t.same(complaints, [])
})
