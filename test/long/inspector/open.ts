import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import type { Test } from 'tap'
import { type EmbeddedVerifaMock, type Options, startVerifaMock } from '../../../src/index.js'
import { chromiumPath } from '../chromium.js'

/** What a test of the inspector starts with. */
export interface Opening extends Pick<BrowserContextOptions, 'colorScheme' | 'viewport' | 'permissions' | 'reducedMotion'> {
  /** A mock that is there already; by default a new one is started, which ends with the test. */
  mock?: EmbeddedVerifaMock
  /** The options of the new mock. */
  options?: Partial<Options>
  /** Where the page is; by default where the mock is. */
  url?: string
  /** The view, as in the URL: `#/sessions`. */
  hash?: string
}

/** A browser that shows the inspector, and what there is to complain about. A test ends with `t.same(complaints, [])`. */
export interface Opened {
  mock: EmbeddedVerifaMock
  page: Page
  /**
   * What nobody should see: a message in the console, an exception, something that the policy forbids, a request that failed (`404 GET
   * /_mock/…`) or that left the machine.
   */
  complaints: string[]
}

/** Starts Chromium, which ends with the test. */
export async function launch (t: Test): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: chromiumPath as string })
  t.teardown(() => browser.close())
  return browser
}

/** Opens the inspector of a mock. */
export async function openInspector (t: Test, browser: Browser, { mock: given, options, url, hash = '', ...context }: Opening = {}): Promise<Opened> {
  const mock = given ?? await startVerifaMock(options)
  if (given === undefined) t.teardown(() => mock.close())
  const opened = await browser.newContext(context)
  t.teardown(() => opened.close())
  const page = await opened.newPage()
  if (process.env['QUICK']) page.setDefaultTimeout(4_000)
  const base = url ?? mock.url
  const complaints = await complaintsOf(page, base)
  await page.goto(`${base}/_mock/${hash}`)
  return { mock, page, complaints }
}

async function complaintsOf (page: Page, base: string): Promise<string[]> {
  const complaints: string[] = []
  await page.addInitScript(`addEventListener('securitypolicyviolation', ({ violatedDirective, sample }) =>
    console.error('forbidden:', violatedDirective, sample))`)
  page.on('console', message => {
    if (!message.text().startsWith('Failed to load resource')) complaints.push(message.text()) // the response says more
  })
  page.on('pageerror', error => complaints.push(error.message))
  page.on('dialog', dialog => {
    complaints.push(dialog.message())
    void dialog.dismiss()
  })
  page.on('response', response => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.request().method()} ${new URL(response.url()).pathname}`)
  })
  page.on('request', request => {
    if (!request.url().startsWith(base) && !request.url().startsWith('blob:')) complaints.push(`left the machine: ${request.url()}`)
  })
  page.on('requestfailed', request => {
    const error = request.failure()?.errorText
    if (error !== 'net::ERR_ABORTED') complaints.push(`${request.method()} ${request.url()}: ${error}`) // a page that goes away gives up
  })
  return complaints
}

/** Makes a request to the API of a mock, as a client does, with the sandbox key. */
export async function request (
  mock: { url: string }, method: string, path: string, body?: unknown, headers: Record<string, string> = {}
): Promise<Response> {
  return fetch(`${mock.url}/api/v1${path}`, {
    method,
    headers: { 'x-api-key': 'vk_sandbox_test', ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) })
  })
}

/** The rows of a list, the first one first. */
export function rowsOf (page: Page) {
  return page.locator('.list .row')
}

/** Waits until a list has exactly the rows that match, in this order, and checks that. */
export async function showsRows (t: Test, page: Page, texts: readonly RegExp[]): Promise<void> {
  const rows = rowsOf(page)
  for (const [index, hasText] of texts.entries()) await rows.nth(index).filter({ hasText }).waitFor()
  await rows.nth(texts.length).waitFor({ state: 'detached' })
  t.match(await rows.allTextContents(), texts)
}

/** Waits until a list has so many rows. */
export async function hasRows (page: Page, count: number): Promise<void> {
  await rowsOf(page).nth(count - 1).waitFor()
  await rowsOf(page).nth(count).waitFor({ state: 'detached' })
}

/** Marks the document, so that `isSameDocument` notices a reload. */
export async function mark (page: Page): Promise<void> {
  await page.evaluate('window.marked = true')
}

/** Whether the document is the one that was marked. */
export async function isSameDocument (page: Page): Promise<boolean> {
  return await page.evaluate('window.marked === true')
}
