import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'
import { needsChromium } from '../chromium.js'
import { launch, openInspector, request } from './open.js'

const run = promisify(execFile)

t.test('the detail of a request', needsChromium, async t => {
  const browser = await launch(t)

  t.test('the reason of a refusal is that of the journal', async t => {
    const { mock, page, complaints } = await openInspector(t, browser)
    await request(mock, 'PATCH', '/sessions/ses_nobody', {})
    await request(mock, 'PATCH', '/sessions/ses_pending', { metadata: 3, plan: 'gold' })
    await request(mock, 'PATCH', '/sessions/ses_redacted', {})
    await request(mock, 'PATCH', '/sessions/ses_pending', {}, { 'x-api-key': 'vk_wrong' })
    await request(mock, 'GET', '/nothing')
    for (const { id, status, reason } of await mock.requests()) {
      await page.goto(`${mock.url}/_mock/#/requests/${id}`)
      await page.getByText(`number ${id}`).waitFor()
      t.ok(reason, `${status} has a reason`)
      t.equal(await page.locator('.detail-pane .callout-bad').textContent(), reason)
      t.equal(await page.locator(`.row[href="#/requests/${id}"] .reason`).textContent(), reason)
    }
    t.same(complaints, [])
  })

  t.test('what was sent, what came back, and what changed', async t => {
    const { mock, page, complaints } = await openInspector(t, browser)
    await request(mock, 'PATCH', '/sessions/ses_pending', { metadata: { plan: 'gold', trial: null, seats: 4 } }, { 'idempotency-key': 'key-1' })
    await page.getByRole('link', { name: 'ses_pending' }).click()
    const detail = page.getByRole('region', { name: 'Details' })
    await detail.getByRole('heading', { level: 3, name: 'What changed' }).waitFor()
    const differences = detail.getByRole('region', { name: 'Differences' }).getByRole('row')
    t.match(await differences.allTextContents(), [
      /^Kind/, /^→changedupdated_at/, /^→changedmetadata\.plan"free""gold"$/, /^−removedmetadata\.trialtrue$/, /^\+addedmetadata\.seats4$/
    ])
    t.same(JSON.parse(String(await detail.getByRole('region', { name: 'Request body' }).textContent())), { metadata: { plan: 'gold', trial: null, seats: 4 } })
    t.match(JSON.parse(String(await detail.getByRole('region', { name: 'Response body' }).textContent())), { id: 'ses_pending', metadata: { plan: 'gold' } })
    await detail.getByText(/^Headers/).first().click()
    t.match(await detail.locator('.headers').first().textContent(), /idempotency-keykey-1/)
    t.notMatch(await page.locator('body').textContent(), /vk_sandbox_test/, 'no whole API key')
    await detail.getByText('The whole session before and after').click()
    t.match(JSON.parse(String(await detail.getByRole('region', { name: 'The session before' }).textContent())), { metadata: { plan: 'free' } })
    t.same(complaints, [])
  })

  t.test('copied as curl, it gives the same response with the key in a variable', async t => {
    const { mock, page, complaints } = await openInspector(t, browser, { permissions: ['clipboard-read', 'clipboard-write'] })
    const sent = [
      await request(mock, 'PATCH', '/sessions/ses_pending', { external_ref: 'it\'s "$HOME" `id` \\ 100 % ü\u2028' }, { 'idempotency-key': 'it\'s $1', 'key-inflection': 'camel' }),
      await request(mock, 'GET', '/sessions?external_ref=a%20b&tags[]={x}&limit=3'),
      await request(mock, 'PATCH', '/sessions/ses_pending', { metadata: 3 })
    ]
    for (const [index, response] of sent.entries()) {
      await page.goto(`${mock.url}/_mock/#/requests/${index + 1}`)
      await page.getByText(`number ${index + 1}`).waitFor()
      await page.getByRole('button', { name: 'Copy as curl' }).click()
      await page.getByText('Copied').waitFor()
      const command: string = await page.evaluate('navigator.clipboard.readText()')
      t.match(command, '$VERIFA_API_KEY')
      t.notMatch(command, /vk_/)
      const { stdout } = await run('sh', ['-c', command.replace(/^curl/, 'curl --silent')], { env: { ...process.env, VERIFA_API_KEY: 'vk_sandbox_test' } })
      t.equal(stdout, await response.text(), `the response to number ${index + 1}`)
    }
    t.same(complaints, [])
  })
})
