import t from 'tap'
import { needsChromium } from '../chromium.js'
import { hasRows, launch, openInspector, request, rowsOf, showsRows } from './open.js'

const fixtures = [
  { id: 'ses_one', external_ref: 'order-1', created_at: '2026-03-01T00:00:00.000Z', metadata: { plan: 'free' }, tags: ['vip'] },
  { id: 'ses_two', status: 'completed', external_ref: 'order-2', created_at: '2026-03-02T00:00:00.000Z', result: {} },
  { id: 'ses_live', is_sandbox: false, external_ref: 'order-3', created_at: '2026-03-03T00:00:00.000Z' }
] as const

t.test('sessions', needsChromium, async t => {
  const browser = await launch(t)
  const { mock, page, complaints } = await openInspector(t, browser, { options: { fixtures }, hash: '#/sessions' })
  const detail = page.getByRole('region', { name: 'Details' })
  const title = detail.getByRole('heading', { level: 2 })
  const open = async (id: string) => page.goto(`${mock.url}/_mock/#/sessions/${id}`)

  await t.test('are found by environment, status, and search', async t => {
    await showsRows(t, page, [/ses_two/, /ses_one.*order-1.*vip/])
    await page.getByLabel('Status').selectOption('completed')
    await showsRows(t, page, [/ses_two/])
    await page.getByLabel('Status').selectOption('')
    await page.getByRole('searchbox').fill('ORDER-1')
    await showsRows(t, page, [/ses_one/])
    await page.getByRole('searchbox').press('Escape')
    await page.getByLabel('Environment').selectOption('live')
    await showsRows(t, page, [/ses_live/])
    t.match(page.url(), /environment=live$/)
    await page.getByLabel('Environment').selectOption('sandbox')
    await hasRows(page, 2)
  })

  await t.test('show what belongs to them', async t => {
    await request(mock, 'PATCH', '/sessions/ses_one', { metadata: { plan: 'gold' } })
    await request(mock, 'POST', '/sessions/ses_one/generate-one-time-link')
    await open('ses_one')
    await detail.getByText('vip').waitFor()
    t.same(JSON.parse(String(await detail.getByRole('region', { name: 'Metadata' }).textContent())), { plan: 'gold' })
    await detail.getByRole('link', { name: /All requests of this session \(2\)/ }).click()
    await showsRows(t, page, [/POST/, /PATCH/])
    t.match(page.url(), /#\/requests\?session_id=ses_one$/)
    await page.getByRole('button', { name: 'Remove this filter' }).click()
    await page.waitForURL(/#\/requests$/)
  })

  await t.test('a new one is added by a form, which says what is wrong', async t => {
    await page.getByRole('link', { name: /^Sessions/ }).click()
    await page.getByRole('button', { name: 'New session' }).click()
    const form = page.getByRole('form', { name: 'New session' })
    await form.getByLabel('External reference').fill('order-9')
    await form.getByLabel('Metadata, as JSON').fill('{ plan }')
    await form.getByRole('button', { name: 'Add session' }).click()
    await form.getByRole('alert').getByText(/^The metadata is not valid JSON/).waitFor()
    t.equal((await mock.sessions()).length, 3)
    await form.getByLabel('Metadata, as JSON').fill('{ "plan": "silver" }')
    await form.getByRole('button', { name: 'Add session' }).click()
    await title.getByText('pending').waitFor()
    t.match((await mock.sessions()).find(({ external_ref: reference }) => reference === 'order-9'), { status: 'pending', is_sandbox: true, metadata: { plan: 'silver' } })
    await rowsOf(page).filter({ hasText: 'order-9' }).waitFor()
  })

  await t.test('an outcome is simulated once', async t => {
    await open('ses_one')
    await detail.getByRole('button', { name: 'Approve' }).click()
    await title.getByText('completed').waitFor()
    await detail.getByRole('region', { name: 'Result' }).getByText('"approved"').first().waitFor()
    t.match(await mock.session('ses_one'), { status: 'completed' })
    t.ok(await detail.getByRole('button', { name: 'Approve' }).isDisabled())
    await detail.getByText('Only an active session can get an outcome.').waitFor()
  })

  await t.test('one expires', async t => {
    await open('ses_live')
    await detail.getByRole('button', { name: 'Expire' }).click()
    await title.getByText('expired').waitFor()
    t.match(await mock.session('ses_live'), { status: 'expired' })
  })

  await t.test('one is edited as JSON, with its result', async t => {
    await open('ses_two')
    await detail.getByRole('button', { name: 'Edit as JSON' }).click()
    const form = page.getByRole('form', { name: 'Edit as JSON' })
    const text = form.getByLabel('as JSON')
    const before = await text.inputValue()
    await text.fill('{ "id": ')
    await form.getByRole('button', { name: 'Save' }).click()
    await form.getByRole('alert').getByText(/is not valid JSON/).waitFor()
    await text.fill(before.replace('"completed"', '"done"'))
    await form.getByRole('button', { name: 'Save' }).click()
    await form.getByRole('alert').getByText(/status/).waitFor()
    t.match(complaints.splice(0), [/^422 PUT/])
    t.match(await mock.session('ses_two'), { status: 'completed', external_ref: 'order-2' }, 'nothing has changed')
    await text.fill(before.replace('"order-2"', '"order-22"').replace('"approved"', '"rejected"'))
    await form.getByRole('button', { name: 'Save' }).click()
    await form.waitFor({ state: 'detached' })
    await detail.getByText('order-22').first().waitFor()
    t.match(await mock.session('ses_two'), { external_ref: 'order-22' })
  })

  await t.test('one is redacted, after a question', async t => {
    await detail.getByRole('button', { name: 'Redact' }).click()
    await detail.getByRole('button', { name: 'Cancel' }).click()
    t.match(await mock.session('ses_two'), { retention_status: 'active' })
    await detail.getByRole('button', { name: 'Redact' }).click()
    await detail.getByRole('button', { name: 'Yes, Redact' }).click()
    await detail.locator('.facts').getByText('redacted').waitFor()
    t.match(await mock.session('ses_two'), { retention_status: 'redacted' })
    t.ok(await detail.getByRole('button', { name: 'Redact' }).isDisabled())
  })

  await t.test('one is removed, after a question', async t => {
    await detail.getByRole('button', { name: 'Remove', exact: true }).click()
    await detail.getByRole('button', { name: 'Yes, Remove' }).click()
    await page.getByText('Select a session').waitFor()
    await t.rejects(mock.session('ses_two'), /ses_two|not found/i)
    complaints.splice(0) // the detail may have asked for the session once more
  })

  await t.test('fifty of many are shown at first', async () => {
    await mock.seed(Array.from({ length: 60 }, (_, index) => ({ id: `ses_many_${index}` })))
    await page.getByRole('searchbox').fill('ses_many')
    await page.getByText('50 of 60').waitFor()
    await page.getByRole('button', { name: 'Show more' }).click()
    await hasRows(page, 60)
  })
  t.same(complaints, [])
})
