import type { Page } from 'playwright-core'
import { fixtures } from './story.js'

/** A state of the page, which shows the story. */
interface Scene {
  name: string
  /** The view, as in the URL. */
  hash: string
  /** What is done there, until it can be looked at. */
  prepare: (page: Page) => Promise<unknown>
}

const [completed, review, pending] = fixtures
const press = async (page: Page, name: string) => page.getByRole('button', { name, exact: true }).first().click()
const see = async (page: Page, text: string | RegExp) => page.locator('main').getByText(text).filter({ visible: true }).first().waitFor()
const chooseRow = async (page: Page, text: string) => page.locator('.row', { hasText: text }).first().click()
const openDetails = async (page: Page) => {
  for (const summary of await page.locator('summary').all()) await summary.click()
}

/** Every view, with what can be selected and opened in it. */
const scenes: readonly Scene[] = [
  { name: 'requests', hash: '#/requests', prepare: async page => see(page, 'ses_unknown') },
  { name: 'requests-none', hash: '#/requests?q=nothing+like+this', prepare: async page => see(page, 'No request matches.') },
  {
    name: 'requests-clear', hash: '#/requests',
    prepare: async page => {
      await press(page, 'Clear')
      await see(page, 'Remove all requests')
    }
  },
  {
    name: 'request-refused', hash: '#/requests',
    prepare: async page => {
      await chooseRow(page, 'externalref')
      await page.getByRole('heading', { name: 'Response' }).waitFor()
    }
  },
  {
    name: 'request-update', hash: '#/requests',
    prepare: async page => {
      await page.locator('.row', { hasText: `PATCH /api/v1/sessions/${pending.id}` }).filter({ hasNotText: 'replayed' }).filter({ hasText: '200' }).click()
      await see(page, 'What changed')
    }
  },
  {
    name: 'request-all-open', hash: '#/requests',
    prepare: async page => {
      await page.locator('.row', { hasText: `PATCH /api/v1/sessions/${pending.id}` }).filter({ hasNotText: 'replayed' }).filter({ hasText: '200' }).click()
      await see(page, 'What changed')
      await press(page, 'Send again')
      await openDetails(page)
      await page.getByLabel('Body, as JSON').fill('{')
      await press(page, 'Send')
      await see(page, 'The body is not valid JSON')
    }
  },
  { name: 'sessions', hash: '#/sessions', prepare: async page => see(page, 'order-1048') },
  { name: 'sessions-none', hash: '#/sessions?environment=live', prepare: async page => see(page, 'No live sessions.') },
  { name: 'session-pending', hash: `#/sessions/${pending.id}`, prepare: async page => see(page, 'Token expires') },
  { name: 'session-result', hash: `#/sessions/${completed.id}`, prepare: async page => see(page, 'Retention') },
  {
    name: 'session-edit', hash: `#/sessions/${review.id}`,
    prepare: async page => {
      await press(page, 'Edit as JSON')
      await page.getByRole('textbox', { name: 'as JSON' }).fill('{')
      await press(page, 'Save')
      await see(page, 'is not valid JSON')
    }
  },
  {
    name: 'session-new', hash: '#/sessions',
    prepare: async page => {
      await press(page, 'New session')
      await see(page, 'External reference')
    }
  },
  { name: 'session-missing', hash: '#/sessions/ses_nobody', prepare: async page => see(page, 'Session not found.') },
  { name: 'webhooks', hash: '#/webhooks', prepare: async page => see(page, 'session.declined') },
  {
    name: 'delivery', hash: '#/webhooks',
    prepare: async page => {
      await chooseRow(page, 'session.approved')
      await page.getByRole('heading', { name: 'Attempts' }).waitFor()
      await openDetails(page)
    }
  },
  { name: 'endpoints', hash: '#/webhooks?show=endpoints', prepare: async page => see(page, 'Orders') },
  {
    name: 'endpoint', hash: '#/webhooks?show=endpoints',
    prepare: async page => {
      await chooseRow(page, 'Orders')
      await see(page, 'Secret')
    }
  },
  {
    name: 'webhooks-trigger', hash: '#/webhooks',
    prepare: async page => {
      await press(page, 'Trigger…')
      await see(page, 'Trigger an event')
    }
  },
  { name: 'keys', hash: '#/keys', prepare: async page => see(page, 'upgrade-order-1048') },
  { name: 'faults', hash: '#/faults', prepare: async page => see(page, 'Send the webhook twice') },
  {
    name: 'faults-webhook', hash: '#/faults',
    prepare: async page => {
      await page.getByLabel('Effect').selectOption('webhook-delay')
      await press(page, 'Remove all')
    }
  },
  { name: 'clock', hash: '#/clock', prepare: async page => see(page, 'UTC, frozen') },
  { name: 'clock-reset', hash: '#/clock', prepare: async page => press(page, 'Reset') }
]

/** What the page is told on the way, and shows. */
export const expected = ['404 GET /_mock/sessions/ses_nobody/fixture']

/** Shows a scene, as if the page had just been opened. */
export async function openScene (page: Page, { url }: { url: string }, name: string): Promise<void> {
  const { hash, prepare } = scenes.find(scene => scene.name === name) as Scene
  await page.goto(`${url}/_mock/#/${name.startsWith('clock') ? 'keys' : 'clock'}`)
  await page.goto(`${url}/_mock/${hash}`)
  await prepare(page)
}

/** Shows the scenes one after the other. */
export async function openScenes (page: Page, mock: { url: string }, look: (name: string) => Promise<unknown>): Promise<void> {
  for (const { name } of scenes) {
    await openScene(page, mock, name)
    await look(name)
  }
}
