import t from 'tap'
import { needsChromium } from '../chromium.js'
import { forward, serve } from '../proxy.js'
import { startVerifaMock } from '../../../src/index.js'
import { hasRows, launch, openInspector, request } from './open.js'

t.test('the page works below a path of a proxy', needsChromium, async t => {
  const browser = await launch(t)
  const mock = await startVerifaMock()
  t.teardown(() => mock.close())
  const proxy = await serve(t, (request, response) => forward(mock.url, '/verifa', request, response))
  const { page, complaints } = await openInspector(t, browser, { mock, url: `${proxy}/verifa` })

  await t.test('live', async t => {
    await page.getByText('Live', { exact: true }).waitFor()
    t.match(await page.locator('.empty').textContent(), `${proxy}/verifa/api/v1`)
    await request({ url: `${proxy}/verifa` }, 'PATCH', '/sessions/ses_pending', { external_ref: 'a' })
    await hasRows(page, 1)
  })

  await t.test('with calls that change something', async t => {
    await page.getByRole('link', { name: 'ses_pending' }).click()
    await page.getByRole('button', { name: 'Send again' }).click()
    await page.getByRole('form', { name: 'Send again' }).getByRole('button', { name: 'Send' }).click()
    await hasRows(page, 2)
    t.equal((await mock.requests()).length, 2)
  })

  await t.test('and the way to it keeps the path', async t => {
    await page.goto(`${proxy}/verifa/_mock`)
    await hasRows(page, 2)
    t.match(page.url(), `${proxy}/verifa/_mock/`)
  })
  t.same(complaints, [])
})
