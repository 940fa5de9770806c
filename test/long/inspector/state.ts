import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { needsChromium } from '../chromium.js'
import { launch, openInspector, request } from './open.js'

t.test('the whole state', needsChromium, async t => {
  const browser = await launch(t)
  const { mock, page, complaints } = await openInspector(t, browser, { hash: '#/clock' })
  const file = join(t.testdir(), 'state.json')
  await request(mock, 'PATCH', '/sessions/ses_pending', { external_ref: 'saved' }, { 'idempotency-key': 'key-1' })

  await t.test('is saved as a file', async t => {
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save as a file' }).click()
    const saved = await download
    t.match(saved.suggestedFilename(), /^verifa-state-[-\dT]+\.json$/)
    await saved.saveAs(file)
    t.match(JSON.parse(await readFile(file, 'utf8')), { sessions: [{ id: 'ses_pending', external_ref: 'saved' }], idempotency_keys: [{ key: 'key-1' }] })
  })

  await t.test('is reset, after a question', async t => {
    await page.getByRole('button', { name: 'Reset' }).click()
    await page.getByRole('group', { name: 'Confirm' }).getByText('Return to the fixtures?').waitFor()
    t.equal((await mock.session('ses_pending')).external_ref, 'saved')
    await page.getByRole('button', { name: 'Yes, Reset' }).click()
    await page.getByText('The mock was reset.').waitFor()
    t.equal((await mock.session('ses_pending')).external_ref, 'order-1001')
    t.same(await mock.idempotencyKeys(), [])
  })

  await t.test('is loaded from a file', async t => {
    await page.getByLabel('State file').setInputFiles(file)
    await page.getByRole('button', { name: 'Load' }).click()
    await page.getByRole('button', { name: 'Yes, Load' }).click()
    await page.getByText('The state was loaded.').waitFor()
    t.equal((await mock.session('ses_pending')).external_ref, 'saved')
    t.match(await mock.idempotencyKeys(), [{ key: 'key-1' }])
  })

  await t.test('is left alone when the file is not one', async t => {
    const choose = async (content: string) => {
      await writeFile(file, content)
      const chooser = page.waitForEvent('filechooser')
      await page.getByLabel('State file').click()
      await (await chooser).setFiles(file)
    }
    const load = async (problem: RegExp) => {
      await page.getByRole('button', { name: 'Load' }).click()
      await page.getByRole('button', { name: 'Yes, Load' }).click()
      await page.getByRole('alert').getByText(problem).waitFor()
    }
    await choose('{ sessions')
    await load(/^The file is not valid JSON: /)
    await choose('{ "sessions": [{ "id": 3 }] }')
    await load(/sessions\.0\.id/)
    await writeFile(file, 'it is changed after it was chosen')
    await load(/^The file cannot be read\. If it has changed, choose it again\.$/)
    t.equal((await mock.session('ses_pending')).external_ref, 'saved')
    t.same(complaints.splice(0), ['422 PUT /_mock/state'])
  })
  t.same(complaints, [])
})
