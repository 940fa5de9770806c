import axe from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { type EmbeddedVerifaMock, type Session, startVerifaMock } from '../../src/index.js'
import { chromiumPath, needsChromium } from './chromium.js'
import { forward, serve } from './proxy.js'

// The capture page in a real browser. What it says over HTTP is tested in test/http/capture.test.ts.

t.test('the capture page in Chromium', needsChromium, async t => {
  const browser = await chromium.launch({ executablePath: chromiumPath as string })
  t.teardown(() => browser.close())

  for (const colorScheme of ['light', 'dark'] as const) {
    t.test(`axe finds nothing, ${colorScheme}`, async t => {
      const { mock, id, page } = await openSession(t, browser, { colorScheme }, { external_ref: 'order-7', country: 'DE', checks: ['document'] })
      const passes = async (what: string) => {
        // by the debugger, since the page allows no script
        await page.evaluate(axe.source)
        const { violations, incomplete } = await page.evaluate<axe.AxeResults>('axe.run({ resultTypes: ["violations", "incomplete"] })')
        t.same([...violations, ...incomplete].map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]), [], what)
      }
      await passes('the capture page')
      await sendWrongOutcome(page)
      t.equal(await page.title(), 'That did not work – verifa-mock')
      await passes('a wrong outcome')
      await page.getByTestId('back').click()
      await page.getByTestId('outcome-approve').click()
      await page.getByRole('heading', { name: 'Done' }).waitFor()
      await passes('the end')
      await page.goto(`${mock.url}/verify/${id}`)
      t.equal(await page.title(), 'This link does not work any more – verifa-mock')
      await passes('a link that was used')
      await page.goto(`${mock.url}/verify/nobody`)
      await passes('an unknown link')
    })
  }

  t.test('the keyboard reaches the buttons in their order, and presses them', async t => {
    const { mock, id, page } = await openSession(t, browser)
    const focused: string[] = []
    for (let count = 0; count < 3; count++) {
      await page.keyboard.press('Tab')
      focused.push(String(await page.evaluate('document.activeElement.dataset.testid')))
      t.not(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle'), 'none', 'the focus can be seen')
    }
    t.same(focused, ['outcome-approve', 'outcome-reject', 'outcome-needs-review'])
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Done' }).waitFor()
    t.equal((await mock.session(id)).status, 'completed')
    const [approved, opened] = (await mock.requests()).flatMap(({ changes }) => changes).reverse()
    t.match([opened, approved], [{ type: 'session.started' }, { type: 'session.declined' }])
  })

  t.test('it has names and roles for a screen reader', async t => {
    const { id, page } = await openSession(t, browser)
    t.equal(await page.locator('body').ariaSnapshot(), [
      '- banner:',
      '  - paragraph:',
      '    - text: This is',
      '    - strong: verifa-mock',
      '    - text: ", not Verifa: a page for tests. Nobody is verified here."',
      '- main:',
      '  - heading "Choose the outcome of this session" [level=1]',
      '  - term: Session',
      `  - definition: ${id}`,
      '  - term: Status',
      '  - definition: capturing',
      '  - term: Environment',
      '  - definition: sandbox',
      '  - group "Outcome":',
      '    - text: Outcome',
      '    - button "Approve"',
      '    - button "Reject"',
      '    - button "Needs review"',
      '  - paragraph: Afterwards you stay here.'
    ].join('\n'))
  })

  t.test('it fits into 360 pixels, whatever the session says', async t => {
    const { page } = await openSession(t, browser, { viewport: { width: 360, height: 640 } }, {
      external_ref: 'x'.repeat(300), checks: Array.from({ length: 30 }, () => 'document'), redirect_url: `https://shop.example/${'y'.repeat(300)}`
    })
    t.equal(await page.evaluate('document.documentElement.scrollWidth'), 360)
    for (const button of await page.getByRole('button').all()) t.ok((await button.boundingBox())?.width as number > 200)
  })

  t.test('without JavaScript: the outcome, then redirect_url, which may lead on to another site', async t => {
    const shop = await serve(t, (_request, response) => response.setHeader('content-type', 'text/html').end('<h1>Shop</h1>'))
    const gate = await serve(t, ({ url }, response) => response.writeHead(302, { location: `${shop}/thanks${String(url).slice(1)}` }).end())
    const { mock, id, page, complaints } = await openSession(t, browser, { javaScriptEnabled: false }, { redirect_url: `${gate}/?order=7&a=%20` })
    await page.getByTestId('outcome-needs-review').click()
    await page.getByRole('heading', { name: 'Shop' }).waitFor()
    t.equal(page.url(), `${shop}/thanks?order=7&a=%20&session_id=${id}&status=under_review`)
    t.match(await mock.session(id), { status: 'under_review', case_status: 'open' })
    t.same(complaints, [])
  })

  t.test('neither a reload nor the way back gives the outcome twice', async t => {
    const { mock, id, page } = await openSession(t, browser)
    await page.reload()
    await page.getByTestId('outcome-reject').click()
    await page.getByRole('heading', { name: 'Done' }).waitFor()
    await page.reload()
    t.equal(await page.getByTestId('status').textContent(), 'completed')
    await page.goBack()
    t.equal(await page.getByTestId('message').textContent(), 'Session is completed and cannot be captured.')
    t.same((await mock.requests()).flatMap(({ changes }) => changes.map(({ type }) => type)), ['session.created', 'session.started', 'session.declined'])
    t.match(await mock.session(id), { status: 'completed' })
  })

  t.test('a one-time link opens the page once, and the page can be loaded again', async t => {
    const { mock, page } = await openSession(t, browser)
    const link = `${mock.url}/verify/cap_link`
    await mock.seed({
      id: 'ses_linked',
      links: [{ id: 'lnk_1', capture_url: link, status: 'active', expires_at: '2100-01-01T00:00:00Z', created_at: '2026-01-01T00:00:00Z' }]
    })
    await page.goto(link)
    t.not(page.url(), link)
    t.equal(await page.getByTestId('session-id').textContent(), 'ses_linked')
    await page.reload()
    const other = await page.context().newPage()
    await other.goto(link)
    t.equal(await other.getByTestId('message').textContent(), 'Capture link has been used. It works once.')
    await page.getByTestId('outcome-approve').click()
    await page.getByRole('heading', { name: 'Done' }).waitFor()
    t.equal((await mock.session('ses_linked')).status, 'completed')
  })

  t.test('it works below a path of a proxy', async t => {
    const { mock, page } = await openSession(t, browser)
    const proxy = await serve(t, (request, response) => forward(mock.url, '/verifa', request, response))
    await page.goto(`${proxy}/verifa/verify/ses_pending`)
    await page.getByTestId('outcome-reject').click()
    await page.getByRole('heading', { name: 'Done' }).waitFor()
    t.equal(page.url(), `${proxy}/verifa/verify/ses_pending/done`)
    t.equal((await mock.session('ses_pending')).status, 'completed')
  })

  t.test('nothing that a session says becomes a part of the page', async t => {
    const evil = '"><img src=x onerror="document.title=1"><script>document.title=1</script>'
    const { page, complaints } = await openSession(t, browser, {}, { external_ref: evil, workflow_id: evil, checks: [evil], country: '<b' })
    for (const id of ['external-ref', 'workflow-id', 'checks']) t.equal(await page.getByTestId(id).textContent(), evil)
    t.equal(await page.locator('img, script').count(), 0)
    t.match(await page.title(), /^Capture session /)
    t.same(complaints, [])
  })
})

/** A mock with a session, and a browser that shows its capture page. */
async function openSession (t: Test, browser: Browser, options: BrowserContextOptions = {}, body: object = {}) {
  const mock = await startVerifaMock()
  t.teardown(() => mock.close())
  const { id, capture_url: url } = await call(mock, '/sessions', body)
  const context = await browser.newContext(options)
  t.teardown(() => context.close())
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', message => complaints.push(message.text()))
  page.on('pageerror', error => complaints.push(error.message))
  await page.goto(url)
  return { mock, id, page, complaints }
}

async function call (mock: EmbeddedVerifaMock, path: string, body: object): Promise<{ id: string, capture_url: string }> {
  const response = await fetch(`${mock.url}/api/v1${path}`, {
    method: 'POST', headers: { 'x-api-key': 'vk_sandbox_test', 'content-type': 'application/json' }, body: JSON.stringify(body)
  })
  return await response.json() as Session & { capture_url: string }
}

/** Sends the form with an outcome that no button has. */
async function sendWrongOutcome (page: Page): Promise<void> {
  await page.evaluate('document.querySelector("button").value = "maybe"')
  await page.getByRole('button', { name: 'Approve' }).click()
}
