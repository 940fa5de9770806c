import t from 'tap'
import { needsChromium } from '../chromium.js'
import { launch, openInspector, request } from './open.js'

t.test('the clock, and what it does', needsChromium, async t => {
  const browser = await launch(t)

  t.test('freeze, move, set, and return to real time', async t => {
    const { mock, page, complaints } = await openInspector(t, browser, { hash: '#/clock' })
    await page.getByRole('button', { name: 'Freeze' }).click()
    await page.getByText('UTC, frozen').waitFor()
    const frozen = await mock.clock.now()
    t.equal(await page.locator('.clock time').textContent(), frozen.toISOString().slice(0, 19).replace('T', ' '))
    await page.getByLabel('Set to, in UTC').fill('2030-05-06T07:08')
    await page.getByRole('button', { name: 'Set', exact: true }).click()
    await page.getByText('2030-05-06 07:08:00 frozen').waitFor()
    t.equal((await mock.clock.now()).toISOString(), '2030-05-06T07:08:00.000Z')
    await page.getByRole('button', { name: '+24 h' }).click()
    await page.getByText('2030-05-07 07:08:00 frozen').waitFor()
    await page.getByRole('button', { name: 'Run' }).click()
    await page.getByText('UTC, running').waitFor()
    await page.getByRole('button', { name: 'Return to real time' }).click()
    await page.locator('.clock time', { hasText: /^20[012]/ }).waitFor()
    t.same(complaints, [])
  })

  t.test('after 20 minutes a session expires', async t => {
    const { mock, page, complaints } = await openInspector(t, browser, { hash: '#/clock' })
    const { id } = await (await request(mock, 'POST', '/sessions', {})).json() as { id: string }
    await page.getByRole('button', { name: '+20 min' }).click()
    await page.goto(`${mock.url}/_mock/#/sessions/${id}`)
    await page.getByRole('heading', { level: 2, name: `${id} expired` }).waitFor()
    t.match(await mock.session(id), { status: 'expired' })
    t.same(complaints, [])
  })

  t.test('an idempotency key has 24 hours, and the page counts them', async t => {
    const { mock, page, complaints } = await openInspector(t, browser, { hash: '#/keys' })
    await mock.clock.freeze('2030-01-01T00:00:00Z')
    await request(mock, 'PATCH', '/sessions/ses_pending', { external_ref: 'a' }, { 'idempotency-key': 'key-1' })
    await request(mock, 'PATCH', '/sessions/ses_pending', { external_ref: 'a' }, { 'idempotency-key': 'key-1' })
    const cells = page.getByRole('row', { name: 'key-1' }).getByRole('cell')
    await cells.last().getByText('1 d', { exact: true }).waitFor()
    t.match(await cells.allTextContents(), [/^vk_sandbox_…|^vk_sandbox/, 'ses_pending', '2030-01-01 00:00:00', '1', '1 d'])
    t.notMatch((await cells.allTextContents())[0], 'vk_sandbox_test')
    await mock.clock.advance('30m')
    await cells.last().getByText('23 h 30 min', { exact: true }).waitFor()
    await mock.clock.advance('23h29m59s')
    await cells.last().getByText('1 s', { exact: true }).waitFor()
    await page.getByRole('searchbox').fill('key-2')
    await page.getByText('No key matches.').waitFor()
    await page.getByRole('searchbox').fill('PENDING')
    await cells.last().waitFor()
    await page.getByRole('searchbox').press('Escape')
    await mock.clock.advance('1s')
    await page.getByText('No idempotency keys.').waitFor()
    t.same(complaints, [])
  })
})
