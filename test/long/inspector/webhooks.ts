import t from 'tap'
import { needsChromium } from '../chromium.js'
import { startReceiver } from '../../receiver.js'
import { launch, openInspector, request, showsRows } from './open.js'

t.test('webhooks', needsChromium, async t => {
  const browser = await launch(t)
  const receiver = await startReceiver(t)
  const { mock, page, complaints } = await openInspector(t, browser, { options: { webhookUrl: receiver.url }, hash: '#/webhooks' })
  const detail = page.getByRole('region', { name: 'Details' })
  const list = page.getByRole('region', { name: 'Deliveries' })

  await t.test('one that was sent is shown with its attempts and its exact body', async t => {
    await request(mock, 'POST', '/sessions', { external_ref: 'order-1' })
    await receiver.has(1)
    await showsRows(t, page, [/succeeded.*session\.created/])
    await page.locator('.row').click()
    await detail.getByRole('heading', { level: 2, name: 'succeeded session.created' }).waitFor()
    await detail.getByText('Exact text').click()
    t.equal(await detail.getByRole('region', { name: 'Exact text of the body' }).textContent(), receiver.received[0]?.body)
    t.match(await detail.getByRole('region', { name: 'Attempts' }).getByRole('row').allTextContents(), [/Status/, /200/])
  })

  await t.test('held ones wait, until one is delivered and the others are released', async t => {
    await list.getByRole('button', { name: 'Hold' }).click()
    await page.getByRole('link', { name: 'Webhooks are held' }).waitFor()
    for (let count = 2; count <= 4; count++) await request(mock, 'POST', '/sessions', { external_ref: `order-${count}` })
    await showsRows(t, page, [/held/, /held/, /held/, /succeeded/])
    t.equal(receiver.received.length, 1)
    await page.locator('.row').nth(1).click()
    await detail.getByText('Not sent yet').waitFor()
    await detail.getByRole('button', { name: 'Deliver now' }).click()
    await detail.getByRole('heading', { level: 2, name: 'succeeded' }).waitFor()
    t.same(receiver.received.map(({ body }) => (JSON.parse(body) as { external_ref: string }).external_ref), ['order-1', 'order-3'])
    await list.getByRole('button', { name: 'Release' }).click()
    await receiver.has(4)
    await page.locator('.row', { hasText: 'succeeded' }).nth(3).waitFor()
    t.same(await mock.webhooks.state(), { held: false, timing: 'after', dropped: 0 })
    await page.getByRole('link', { name: 'Webhooks are held' }).waitFor({ state: 'detached' })
  })

  await t.test('one that failed says when it is sent again, and why', async t => {
    receiver.respond = 503
    await mock.clock.freeze()
    await mock.webhooks.trigger('session.approved')
    await mock.webhooks.settled()
    await page.locator('.row', { hasText: '503' }).click()
    await detail.locator('.callout-bad').waitFor()
    t.match(await detail.locator('.facts').textContent(), /Next attempt.*in \d+ /)
    receiver.respond = 200
    await detail.getByRole('button', { name: 'Deliver now' }).click()
    await detail.getByRole('heading', { level: 2, name: 'succeeded' }).waitFor()
    t.match(await detail.getByRole('region', { name: 'Attempts' }).getByRole('row').allTextContents(), [/Status/, /503/, /200/])
  })

  await t.test('they are found by search, status, and event', async t => {
    await page.getByRole('searchbox').fill('order-3')
    await showsRows(t, page, [/session\.created/])
    await page.getByRole('searchbox').fill('')
    await page.getByLabel('Event').selectOption('session.approved')
    await showsRows(t, page, [/session\.approved/])
    await page.getByLabel('Status').selectOption('failed')
    await page.getByText('No delivery matches.').waitFor()
    t.match(page.url(), /status=failed/)
  })

  await t.test('an event is triggered by a form', async t => {
    await page.getByRole('link', { name: /^Webhooks \d/ }).click()
    await page.getByRole('button', { name: 'Trigger…' }).click()
    const form = page.getByRole('form', { name: 'Trigger an event' })
    await form.getByLabel('Event').fill('session.declined')
    await form.getByLabel('Session ID').fill('ses_nobody')
    await form.getByRole('button', { name: 'Trigger' }).click()
    await form.getByRole('alert').getByText(/ses_nobody|not found/i).waitFor()
    t.same(complaints.splice(0), ['404 POST /_mock/webhooks/trigger'])
    await form.getByLabel('Session ID').fill('ses_pending')
    await form.getByRole('button', { name: 'Trigger' }).click()
    await detail.getByRole('heading', { level: 2, name: 'session.declined' }).waitFor()
    await receiver.has(7)
    t.match(JSON.parse(String(receiver.received.at(-1)?.body)), { event: 'session.declined', session_id: 'ses_pending' })
  })

  await t.test('endpoints are shown without their secrets', async t => {
    const created = await (await request(mock, 'POST', '/webhooks/endpoints', { url: receiver.url, label: 'Orders' })).json() as { secret: string }
    await page.getByRole('link', { name: 'Endpoints' }).click()
    await page.locator('.row', { hasText: 'Orders' }).click()
    await detail.getByText('Failed in a row').waitFor()
    t.notMatch(await page.locator('body').textContent(), created.secret)
    await detail.getByRole('link', { name: 'Its deliveries' }).click()
    await page.getByText('No delivery matches.').waitFor()
  })
  t.same(complaints, [])
})
