import type { Page } from 'playwright-core'
import { launchBrowser } from '../../helpers/browser.js'
import type { Person } from './person.js'

export interface BrowserPage {
  readonly page: Page
  /** What the browser refused for the sake of CORS. */
  readonly corsFaults: readonly string[]
  /** Presses the person's button on the sign-in page and allows what the consent page asks for. */
  signIn(): Promise<void>
  close(): Promise<void>
}

/** Opens a real browser that reaches this machine alone, with one person in front of it. */
export async function openBrowser(person: Person): Promise<BrowserPage> {
  const browser = await launchBrowser()
  const page = await browser.newPage()
  const corsFaults: string[] = []
  await page.route(
    ({ hostname }) => hostname !== 'localhost' && hostname !== '127.0.0.1',
    (route) => route.abort(),
  )
  page.on('console', (message) => {
    if (message.text().includes('CORS policy')) corsFaults.push(message.text())
  })
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (request.isNavigationRequest() && url.pathname === '/authorize') {
      person.signIns.push(url.searchParams.get('scope') ?? '')
    }
  })
  return {
    page,
    corsFaults,
    async signIn() {
      const user = page.locator(`button[name="username"][value="${person.username}"]`)
      const allow = page.locator('button[name="decision"][value="allow"]')
      await user.or(allow).waitFor()
      // Whoever is still signed in is asked for consent alone.
      if (await user.isVisible()) await user.click()
      await allow.click()
    },
    close: () => browser.close(),
  }
}
