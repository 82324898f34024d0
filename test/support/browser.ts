import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

export const DESK = { width: 1280, height: 860 }
export const PHONE = { width: 375, height: 740 }

export interface TestBrowser extends AsyncDisposable {
  readonly browser: Browser
  /** A person with their own cookies. Every request to another origin and every error on a page is collected. */
  person(options?: { phone?: boolean; language?: 'en' | 'fr' }): Promise<{ context: BrowserContext; page: Page }>
  readonly complaints: string[]
}

/** Debian's chromium, headless, on a fresh profile. */
export async function openBrowser(origin: () => string): Promise<TestBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'paraphe-chromium-'))
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--crash-dumps-dir=${profile}`,
    ],
  })
  const complaints: string[] = []
  return {
    browser,
    complaints,
    async person({ phone = false, language = 'en' } = {}) {
      const context = await browser.newContext({
        viewport: phone ? PHONE : DESK,
        hasTouch: phone,
        isMobile: phone,
        deviceScaleFactor: phone ? 2 : 1,
        locale: language === 'fr' ? 'fr-FR' : 'en-GB',
        acceptDownloads: true,
      })
      context.setDefaultTimeout(20_000)
      const page = await context.newPage()
      page.on('request', (request) => {
        if (!request.url().startsWith(origin()) && !/^(data|blob):/.test(request.url())) complaints.push(`request to ${request.url()}`)
      })
      page.on('pageerror', (error) => complaints.push(`error on ${new URL(page.url()).pathname}: ${error.message}`))
      page.on('console', (message) => {
        if (/Content Security Policy|Refused to/i.test(message.text()))
          complaints.push(`policy on ${new URL(page.url()).pathname}: ${message.text()}`)
      })
      return { context, page }
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      await rm(profile, { recursive: true, force: true })
    },
  }
}
