// `npm run screenshots` takes the two pictures of the README. They do not change by themselves: the clock is frozen, and what is random
// or measured is replaced. `npm run screenshots -- FOLDER` takes pictures of everything instead, for a review.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { startVerifaMock } from '../../../src/index.js'
import { startReceiver } from '../../receiver.js'
import { chromiumPath } from '../chromium.js'
import { withPalette } from './png.js'
import { openScene, openScenes } from './scenes.js'
import { fixtures, tellStory } from './story.js'

const schemes = ['light', 'dark'] as const

/** The scenes of the README. */
const pictures = { light: 'request-refused', dark: 'request-update' }

const teardowns: (() => unknown)[] = []
const mock = await startVerifaMock({ fixtures })
const { url } = await startReceiver({ teardown: end => teardowns.push(end) })
const created = await tellStory(mock, url)
const browser = await chromium.launch({ executablePath: chromiumPath ?? 'chromium' })
const [folder] = process.argv.slice(2)
if (folder === undefined) await takePictures()
else await takeAll(folder)
await browser.close()
await mock.close()
for (const end of teardowns) end()

async function takePictures (): Promise<void> {
  await mkdir('docs/images', { recursive: true })
  for (const colorScheme of schemes) {
    const page = await open(browser, { colorScheme, viewport: { width: 1280, height: 800 } })
    await settle(page)
    await openScene(page, mock, pictures[colorScheme])
    await writeFile(`docs/images/inspector-${colorScheme}.png`, await withPalette(browser, await page.screenshot()))
  }
}

async function takeAll (folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const colorScheme of schemes) {
    for (const [width, height] of [[360, 740], [1280, 800], [2000, 1200]] as const) {
      const page = await open(browser, { colorScheme, viewport: { width, height } })
      await openScenes(page, mock, async name => page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`) }))
    }
  }
}

async function open (browser: Browser, options: BrowserContextOptions): Promise<Page> {
  return (await browser.newContext({ ...options, reducedMotion: 'reduce' })).newPage()
}

/** Replaces what would be different each time: random IDs, durations, and the port. */
async function settle (page: Page): Promise<void> {
  await page.route('**/_mock/**', async route => {
    if (route.request().resourceType() !== 'fetch') return route.continue()
    const response = await route.fetch()
    let text = await response.text()
    for (const [index, id] of created.entries()) text = text.replaceAll(id, fixedId('ses_', index))
    text = text
      .replace(/"duration_ms":[\d.]+/g, '"duration_ms":0.4')
      .replace(/"request_id":"(\w+?_?)[^"]*"/g, (_all, prefix: string) => `"request_id":"${fixedId(prefix, 0)}"`)
      .replaceAll(mock.url, 'http://127.0.0.1:4010')
    return route.fulfill({ response, body: text })
  })
}

function fixedId (prefix: string, index: number): string {
  return `${prefix}${(0xd83a_17f0 + index).toString(16)}5c92be40617a`
}
