import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { needsChromium } from '../chromium.js'
import { startReceiver } from '../../receiver.js'
import { launch, openInspector, request } from './open.js'

const run = 'document.title=1'
const html = `"'><img src=x onerror="${run}"></script><script>${run}</script>`

/** Text that becomes more than text where it is not taken as text: markup, control characters, an override of the direction, templates. */
const evil = `${html}\u0000\u001b[31m\u0007\u202e\${${run}}{{${run}}}`
const link = `javascript:${run}//${html}`

t.test('what users send is text, always', needsChromium, async t => {
  const browser = await launch(t)
  const receiver = await startReceiver(t, response => response.writeHead(500).end(evil))
  const { mock, page, complaints } = await openInspector(t, browser)
  const id = `ses_${html}`
  await mock.seed({
    id, external_ref: evil, metadata: { [evil]: { [evil]: [evil] } }, tags: [evil, evil], workflow_id: evil, country: evil, checks: [evil],
    document_type: evil, capture_url: link,
    links: [{ id: evil, capture_url: link, status: 'active', expires_at: '2100-01-01T00:00:00Z', created_at: '2026-01-01T00:00:00Z' }]
  })
  const endpoint = await request(mock, 'POST', '/webhooks/endpoints', { url: `${receiver.url}?${encodeURIComponent(html)}`, label: evil, description: evil })
  t.equal(endpoint.status, 201, await endpoint.text())
  const path = `/sessions/${encodeURIComponent(id)}`
  const headers = { 'idempotency-key': html, 'user-agent': html, 'x-evil': html }
  await request(mock, 'PATCH', path, { metadata: { [evil]: evil }, [evil]: evil }, headers)
  await request(mock, 'PATCH', path, { metadata: { [evil]: evil }, external_ref: evil }, headers)
  await request(mock, 'GET', `/sessions?external_ref=${encodeURIComponent(evil)}&${encodeURIComponent(html)}=${html}`)
  await request(mock, 'GET', `/${html}`)
  await mock.webhooks.trigger(html.slice(0, 100), { session_id: id, payload: { [evil]: evil } })
  await mock.webhooks.settled()
  await mock.faults.add({ match: { session_id: evil, idempotency_key: html }, then: { status: 500, detail: evil }, times: null })
  await mock.faults.add({ match: { event: evil, endpoint_id: evil }, then: { webhook: 'lose' }, times: null })

  const show = async (hash: string) => {
    await page.goto(`${mock.url}/_mock/#/clock`)
    await page.goto(`${mock.url}/_mock/${hash}`)
  }

  await t.test('in lists', async t => {
    for (const hash of ['#/requests', '#/sessions', '#/webhooks', '#/webhooks?show=endpoints', '#/keys', '#/faults']) {
      await show(hash)
      await isText(t, page, hash)
    }
  })

  await t.test('in requests', async t => {
    for (const { id } of await mock.requests()) {
      await show(`#/requests/${id}`)
      await page.getByText(`number ${id}`).waitFor()
      await page.getByRole('button', { name: 'Send again' }).click()
      await openAll(page)
      await isText(t, page, `request ${id}`)
    }
  })

  await t.test('a link to anything but a request asks for nothing', async () => {
    for (const hash of ['#/requests/..%2Fstate', '#/requests/summaries', '#/requests/__proto__']) {
      await show(hash)
      await page.getByText('This is not the number of a request.').waitFor()
    }
  })

  await t.test('in a session', async t => {
    await show(`#/sessions/${encodeURIComponent(id)}`)
    await page.getByRole('button', { name: 'Edit as JSON' }).click()
    await isText(t, page, 'the session')
    const values = await page.locator('.detail-pane .facts dd').allTextContents()
    for (const value of [evil, link]) t.ok(values.includes(value), 'the text is whole')
    t.same(JSON.parse(String(await page.getByRole('region', { name: 'Metadata' }).textContent())), (await mock.session(id)).metadata)
  })

  await t.test('in a delivery, and an endpoint', async t => {
    for (const { id } of await mock.webhooks.deliveries()) {
      await show(`#/webhooks/${id}`)
      await page.getByText('Attempts').first().waitFor()
      await openAll(page)
      await isText(t, page, `delivery ${id}`)
    }
    await show(`#/webhooks/${(await mock.webhooks.endpoints())[0]?.id}?show=endpoints`)
    await page.getByText('Failed in a row').waitFor()
    await isText(t, page, 'the endpoint')
  })

  await t.test('in the URL', async t => {
    for (const view of ['requests', 'sessions', 'webhooks']) {
      await show(`#/${view}/${encodeURIComponent(html)}?q=${encodeURIComponent(html)}&session_id=${encodeURIComponent(html)}`)
      await page.getByRole('searchbox').waitFor()
      await isText(t, page, `${view} by a link`)
    }
    t.same(complaints.splice(0).filter(complaint => !complaint.startsWith('404 GET')), [])
  })
  t.same(complaints, [])
})

async function openAll (page: Page): Promise<void> {
  for (const summary of await page.locator('summary').all()) await summary.click()
}

/** Checks that the text is shown, and that nothing became of it. */
async function isText (t: Test, page: Page, where: string): Promise<void> {
  await page.locator('main').getByText('<img src=x').filter({ visible: true }).first().waitFor()
  t.equal(await page.locator('img, body script, iframe, [onerror]').count(), 0, `${where}: no element`)
  t.equal(await page.locator('[href^="javascript:" i]').count(), 0, `${where}: no link that runs`)
  t.match(await page.title(), / – verifa-mock$/)
}
