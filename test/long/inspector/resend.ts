import t from 'tap'
import { needsChromium } from '../chromium.js'
import { launch, openInspector, request, showsRows } from './open.js'

t.test('a request is sent again', needsChromium, async t => {
  const browser = await launch(t)
  const { mock, page, complaints } = await openInspector(t, browser)
  await request(mock, 'PATCH', '/sessions/ses_pending', { external_ref: 'first' }, { 'idempotency-key': 'key-1' })
  await page.getByRole('link', { name: 'ses_pending' }).click()
  const detail = page.getByRole('region', { name: 'Details' })
  const form = page.getByRole('form', { name: 'Send again' })
  const open = async () => {
    await page.goto(`${mock.url}/_mock/#/requests`)
    await page.goto(`${mock.url}/_mock/#/requests/1`)
    await page.getByRole('button', { name: 'Send again' }).click()
  }
  const send = async () => {
    const response = page.waitForResponse('**/resend')
    await form.getByRole('button', { name: 'Send' }).click()
    return await (await response).json() as { id: number }
  }

  await t.test('with the same key it is replayed', async t => {
    await open()
    t.ok(await form.getByRole('radio', { name: 'The same: key-1' }).isChecked())
    const { id } = await send()
    await detail.getByText(`number ${id}`).waitFor()
    t.match(await detail.locator('.facts').textContent(), /key-1, replayed/)
    await showsRows(t, page, [/replayed/, /first|PATCH/])
    t.match(await mock.request(id), { replayed: true, idempotency_key: 'key-1', changes: [] })
  })

  await t.test('with a new key, and another body, it is done', async t => {
    await open()
    await form.getByRole('radio', { name: 'A new one' }).check()
    await form.getByLabel('Body, as JSON').fill('{ "external_ref": "second" }')
    const { id } = await send()
    await detail.getByText(`number ${id}`).waitFor()
    await detail.getByText('"second"').first().waitFor()
    const entry = await mock.request(id)
    t.match(entry, { replayed: false, status: 200, request: { body: { external_ref: 'second' } } })
    t.match(entry.idempotency_key, /^[0-9a-f]{32}$/)
  })

  await t.test('with the same key, another body is refused', async t => {
    await open()
    await form.getByLabel('Body, as JSON').fill('{ "external_ref": "third" }')
    const { id } = await send()
    await detail.getByText(`number ${id}`).waitFor()
    const { status, reason } = await mock.request(id)
    t.equal(status, 422)
    t.equal(await detail.locator('.callout-bad').textContent(), reason)
  })

  await t.test('without a key', async t => {
    await open()
    await form.getByRole('radio', { name: 'None' }).check()
    const { id } = await send()
    t.match(await mock.request(id), { idempotency_key: null, replayed: false, status: 200 })
  })

  await t.test('what is not JSON is not sent', async t => {
    await open()
    const before = await mock.requests()
    await form.getByLabel('Body, as JSON').fill('{ external_ref }')
    await form.getByRole('button', { name: 'Send' }).click()
    await form.getByRole('alert').getByText(/^The body is not valid JSON/).waitFor()
    t.equal((await mock.requests()).length, before.length)
  })

  await t.test('a request that is gone says so', async t => {
    await open()
    await mock.clearRequests()
    await form.getByRole('button', { name: 'Send' }).click()
    await form.getByRole('alert').getByText(/./).waitFor()
    t.same(complaints.splice(0), ['404 POST /_mock/requests/1/resend'])
  })
  t.same(complaints, [])
})
