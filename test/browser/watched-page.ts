import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

/** A page in a browser profile of its own, and everything about it that should not have happened. */
export interface WatchedPage {
  readonly page: Page
  /** Errors and warnings on the console, policy violations among them, and exceptions. */
  readonly complaints: readonly string[]
  /** The origins of all requests, in order of first appearance. */
  readonly origins: () => readonly string[]
  readonly close: () => Promise<void>
}

/** Opens an empty page in a profile that nothing else uses. */
export async function openWatchedPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext(options)
  context.setDefaultTimeout(15_000)
  const page = await context.newPage()
  const complaints: string[] = []
  const origins = new Set<string>()
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url())
    // The icon is part of the page: its address is its content.
    if (protocol !== 'data:') origins.add(origin)
  })
  return { page, complaints, origins: () => [...origins], close: () => context.close() }
}
