import t from 'tap'
import { needsChromium } from '../chromium.js'
import { launch, openInspector, request } from './open.js'

t.test('faults', needsChromium, async t => {
  const browser = await launch(t)
  const { mock, page, complaints } = await openInspector(t, browser, { hash: '#/faults' })
  const form = page.getByRole('form', { name: 'Add a fault' })
  const faults = page.getByRole('region', { name: 'Faults', exact: true }).getByRole('listitem')

  await t.test('one that is added takes effect on the next request, and is gone then', async t => {
    await form.getByLabel('Status').fill('503')
    await form.getByLabel('Detail').fill('Out of order.')
    await form.getByLabel('Operation').selectOption('updateSession')
    await form.getByRole('button', { name: 'Add' }).click()
    await faults.getByText('Return 503: Out of order.').waitFor()
    t.match(await faults.textContent(), /Requests with operation updateSession · 1 more time/)
    t.equal((await request(mock, 'GET', '/sessions')).status, 200, 'another operation')
    const refused = await request(mock, 'PATCH', '/sessions/ses_pending', {})
    t.same([refused.status, (await refused.json() as { detail: string }).detail], [503, 'Out of order.'])
    await page.getByText('No faults.').waitFor()
    await page.getByRole('link', { name: /^Requests/ }).click()
    await page.locator('.row', { hasText: '503' }).getByText('status=503').waitFor()
    await page.getByRole('link', { name: 'Faults' }).click()
  })

  await t.test('each kind of fault', async t => {
    const effects = [
      ['delay', { delay_ms: 1 }], ['drop-before', { drop: 'before' }], ['drop-after', { drop: 'after' }], ['webhook-lose', { webhook: 'lose' }],
      ['webhook-delay', { webhook: 'delay', delay_ms: 1 }], ['webhook-stale_signature', { webhook: 'stale_signature' }]
    ] as const
    for (const [index, [kind, effect]] of effects.entries()) {
      await form.getByLabel('Effect').selectOption(kind)
      if (kind.endsWith('delay')) await form.getByLabel('Milliseconds').fill('1')
      await form.getByLabel('Times').fill('')
      await form.getByLabel('Matches to skip first').fill('2')
      await form.getByRole('button', { name: 'Add' }).click()
      await faults.nth(index).getByText('until removed, after 2 matches').waitFor()
      t.match((await mock.faults.list())[index], { then: effect, remaining: null, skip: 2 })
    }
  })

  await t.test('one that is submitted twice in a row is added once', async t => {
    const before = (await mock.faults.list()).length
    await page.evaluate('document.querySelector("form").requestSubmit(); document.querySelector("form").requestSubmit()')
    await faults.nth(before).waitFor()
    await page.getByRole('link', { name: `Faults ${before + 1}` }).waitFor()
    t.equal((await mock.faults.list()).length, before + 1)
    await mock.faults.clear((await mock.faults.list()).at(-1)?.id)
    await faults.nth(before).waitFor({ state: 'detached' })
  })

  await t.test('they are removed one by one, or all', async t => {
    await page.getByRole('button', { name: 'Remove fault_' }).or(page.getByRole('button', { name: /^Remove .*\d/ })).first().click()
    await faults.nth(5).waitFor({ state: 'detached' })
    t.equal((await mock.faults.list()).length, 5)
    await page.getByRole('button', { name: 'Remove all' }).click()
    await page.getByRole('button', { name: 'Cancel' }).click()
    t.equal((await mock.faults.list()).length, 5)
    await page.getByRole('button', { name: 'Remove all' }).click()
    await page.getByRole('button', { name: 'Yes, Remove all' }).click()
    await page.getByText('No faults.').waitFor()
    t.same(await mock.faults.list(), [])
  })

  await t.test('one that the mock refuses says why', async t => {
    await form.getByLabel('Effect').selectOption('status')
    await form.getByLabel('Idempotency key').fill('é'.repeat(3))
    await form.getByLabel('Status').fill('404')
    await page.route('**/_mock/faults', async route => route.fulfill({ status: 422, json: { error: 'validation_error', detail: [{ loc: ['then', 'status'], msg: 'is wrong', type: 'x' }], status_code: 422 } }), { times: 1 })
    await form.getByRole('button', { name: 'Add' }).click()
    await form.getByRole('alert').getByText('then.status is wrong').waitFor()
    t.same(complaints.splice(0), ['422 POST /_mock/faults'])
  })
  t.same(complaints, [])
})
