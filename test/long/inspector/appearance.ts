import t from 'tap'
import type { Page } from 'playwright-core'
import { needsChromium } from '../chromium.js'
import { startReceiver } from '../../receiver.js'
import { startVerifaMock } from '../../../src/index.js'
import { launch, openInspector, request } from './open.js'
import { expected, openScenes } from './scenes.js'
import { fixtures, tellStory } from './story.js'

const backgroundOf = async (page: Page): Promise<string> => await page.evaluate('getComputedStyle(document.body).backgroundColor')

t.test('the look of the page', needsChromium, async t => {
  const browser = await launch(t)

  t.test('it is light or dark as the system is', async t => {
    const { page, complaints } = await openInspector(t, browser, { colorScheme: 'light' })
    const light = await backgroundOf(page)
    await page.emulateMedia({ colorScheme: 'dark' })
    const dark = await backgroundOf(page)
    t.ok(brightnessOf(light) > 200, light)
    t.ok(brightnessOf(dark) < 50, dark)
    t.same(complaints, [])
  })

  for (const width of [360, 2_000]) {
    t.test(`every view fits into ${width} pixels`, async t => {
      const mock = await startVerifaMock({ fixtures })
      t.teardown(() => mock.close())
      await tellStory(mock, (await startReceiver(t)).url)
      const id = `ses_${'x'.repeat(200)}`
      await mock.seed({ id, external_ref: 'y'.repeat(300), metadata: { ['z'.repeat(100)]: 'w'.repeat(300) }, tags: ['t'.repeat(60)] })
      await request(mock, 'PATCH', `/sessions/${id}`, { external_ref: 'v'.repeat(255), metadata: { ['u'.repeat(60)]: 1 } }, { 'idempotency-key': 'k'.repeat(255) })
      const { page, complaints } = await openInspector(t, browser, { mock, viewport: { width, height: 800 } })
      const fits = async (name: string) => {
        t.equal(await page.evaluate('document.documentElement.scrollWidth'), width, name)
        t.same(await page.evaluate(hidden), [], `${name}: nothing is cut off`)
      }
      await openScenes(page, mock, fits)
      await page.goto(`${mock.url}/_mock/#/sessions/${id}`)
      await page.getByText('w'.repeat(300)).waitFor()
      await fits('a session of long texts')
      await page.goto(`${mock.url}/_mock/#/requests/${(await mock.requests({ session_id: id }))[0]?.id}`)
      await page.getByText('What changed').waitFor()
      await fits('a request of long texts')
      t.same(complaints, expected)
    })
  }
})

/** The controls that stick out of the page, and that no scrolling shows. */
const hidden = `[...document.querySelectorAll('button, input, select, textarea')].filter(element => {
  const { left, right, width } = element.getBoundingClientRect()
  return width > 0 && (left < 0 || right > innerWidth)
}).map(({ outerHTML }) => outerHTML)`

function brightnessOf (color: string): number {
  return Math.max(...(color.match(/\d+/g) ?? []).map(Number))
}
