import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, test } from 'node:test'
import { chromium } from 'playwright-core'
import { startVerifaMock } from 'verifa-mock'
import { createApp } from './app.js'

const mock = await startVerifaMock()
const app = createApp({ verifaUrl: `${mock.url}/api/v1`, apiKey: 'vk_sandbox_test' }).listen(0, '127.0.0.1')
await once(app, 'listening')
// CHROMIUM is the path of a browser. Without it, this is the one that `npx playwright-core install chromium` installs.
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM })
after(async () => {
  await browser.close()
  app.close()
  await mock.close()
})

/** Starts in the application, and ends on the capture page. */
async function openCapturePage () {
  const page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${app.address().port}/`)
  await page.getByRole('button', { name: 'Verify me' }).click()
  return { page, id: await page.getByTestId('session-id').textContent() }
}

test('a customer is approved and comes back', async () => {
  const { page, id } = await openCapturePage()
  assert.equal((await mock.session(id)).status, 'capturing')

  await page.getByTestId('outcome-approve').click()

  await page.getByRole('heading', { name: 'Welcome! You are verified.' }).waitFor()
  const url = new URL(page.url())
  assert.equal(url.pathname, '/verified')
  assert.deepEqual(Object.fromEntries(url.searchParams), { from: 'verifa', session_id: id, status: 'completed' })
  assert.equal((await mock.session(id)).status, 'completed')
})

test('a customer is rejected', async () => {
  const { page } = await openCapturePage()
  await page.getByTestId('outcome-reject').click()
  await page.getByRole('heading', { name: 'Sorry, we could not verify you.' }).waitFor()
})

test('a customer needs a review, and is approved later', async () => {
  const { page, id } = await openCapturePage()
  await page.getByTestId('outcome-needs-review').click()
  await page.getByRole('heading', { name: 'Thank you. A colleague takes a closer look.' }).waitFor()
  assert.equal((await mock.session(id)).status, 'under_review')

  await fetch(`${mock.url}/api/v1/sessions/${id}/simulate`, {
    method: 'POST',
    headers: { 'X-API-Key': 'vk_sandbox_test', 'Content-Type': 'application/json' },
    body: '{"action":"approve"}'
  })
  await page.reload()
  await page.getByRole('heading', { name: 'Welcome! You are verified.' }).waitFor()
})
