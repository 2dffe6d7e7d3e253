import type { Browser, BrowserContext, Page } from 'playwright-core'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { launchBrowser } from '../helpers/browser.js'
import { startHttpServer } from '../helpers/start-http-server.js'
import { outlineOfFocus, tabTo } from './keyboard.js'
import { faultsInLooks } from './looks.js'
import { startPageStand, type PageStand, type PageStandOptions } from '../helpers/page-stand.js'

let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
  return () => browser.close()
})

interface SignedIn {
  readonly stand: PageStand
  readonly url: string
  readonly id: string
  readonly context: BrowserContext
  readonly page: Page
  readonly arriveAt: (name: string) => Promise<void>
}

/** Alice has signed in, and sees a call of hers. */
async function signedIn(options: PageStandOptions = {}): Promise<SignedIn> {
  const stand = await startPageStand(options)
  const url = stand.wait()
  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  onTestFinished(() => context.close())
  context.setDefaultTimeout(15_000)
  const page = await context.newPage()
  const arriveAt = (name: string) => page.locator(`html[data-page="${name}"]`).waitFor()
  await page.goto(url)
  await arriveAt('waiting')
  return { stand, url, context, page, arriveAt, id: new URL(url).pathname.slice(9) }
}

/** A page on a server of its own, at `localhost` (the same site, another port) or at `127.0.0.1` (another site). */
async function foreignPage(host: 'localhost' | '127.0.0.1', markup: string): Promise<string> {
  const { port } = await startHttpServer((_req, res) => {
    res.setHeader('Content-Type', 'text/html; charset=utf-8')
    res.end(`<!doctype html><title>Elsewhere</title><body>${markup}`)
  })
  return `http://${host}:${port}/`
}

describe.each(['localhost', '127.0.0.1'] as const)('a page at %s, on another port', (host) => {
  test('cannot show the page of a call in a frame', async () => {
    const { url, page } = await signedIn()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    const elsewhere = await foreignPage(host, `<iframe src="${url}"></iframe>`)
    await page.goto(elsewhere)
    await expect.poll(() => complaints.join('\n')).toMatch(/frame-ancestors|X-Frame-Options/i)
    const [, frame] = page.frames()
    expect(await frame?.locator('[data-page]').count()).toBe(0)
  })

  test('cannot approve a call by a form, whatever it knows', async () => {
    const { url, id, page, stand, arriveAt } = await signedIn()
    const token = await page.locator('input[name=token]').first().inputValue()
    const fields = { token, action: 'approve' }
    const inputs = Object.entries(fields).map(
      ([name, value]) => `<input type="hidden" name="${name}" value="${value}">`,
    )
    const form = `<form method="post" action="${url}">${inputs.join('')}<button>Win</button></form>`
    await page.goto(await foreignPage(host, form))
    const sent = page.waitForRequest((request) => request.method() === 'POST')
    await page.getByRole('button').click()
    await arriveAt('fault')
    const { cookie, origin } = await (await sent).allHeaders()
    expect(origin).not.toBe(stand.origin)
    // Cookies do not know ports: there, the origin alone is what refuses.
    if (host === 'localhost') expect(cookie).toContain('mcp-confirm=')
    else expect(cookie).toBeUndefined()
    expect(stand.pending.find(id)?.state).toBe('waiting')
  })

  test('cannot read the page of a call by its scripts', async () => {
    const { url, page } = await signedIn()
    await page.goto(await foreignPage(host, ''))
    const read = `fetch(${JSON.stringify(url)}, { credentials: 'include' }).then(() => 'read', () => 'refused')`
    expect(await page.evaluate(read)).toBe('refused')
  })
})

describe('the cookies of the pages, as a browser keeps them', () => {
  test('over https belong to this host alone, and to no script', async () => {
    const { context, page, stand, arriveAt, id } = await signedIn({ tls: true })
    const cookies = await context.cookies()
    expect(cookies.map(({ name }) => name)).toEqual(['__Host-mcp-confirm'])
    expect(cookies[0]).toMatchObject({
      ...{ httpOnly: true, secure: true, sameSite: 'Lax', path: '/', domain: 'localhost' },
    })
    const seconds = (cookies[0]?.expires ?? 0) - Date.now() / 1_000
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThanOrEqual(300)
    expect(await page.evaluate('document.cookie')).toBe('')
    await page.getByRole('button', { name: 'Approve' }).click()
    await arriveAt('approved')
    expect(stand.pending.find(id)?.state).toBe('approved')
  })

  test('over plain http on this machine are read by no script either, and are gone after signing out', async () => {
    const { context, page, arriveAt } = await signedIn()
    const cookies = await context.cookies()
    expect(cookies).toMatchObject([
      { name: 'mcp-confirm', httpOnly: true, secure: false, sameSite: 'Lax', path: '/' },
    ])
    expect(await page.evaluate('document.cookie')).toBe('')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await arriveAt('signed-out')
    expect(await context.cookies()).toEqual([])
  })
})

test('the page on which people choose their authorization server leads there by the keyboard', async () => {
  const stand = await startPageStand({ servers: 2 })
  const context = await browser.newContext()
  onTestFinished(() => context.close())
  const page = await context.newPage()
  await page.goto(stand.wait({ issuer: stand.issuers[1]?.issuer ?? '' }))
  await page.locator('html[data-page="places"]').waitFor()
  expect(await faultsInLooks(page, 'confirm-places')).toEqual([])
  const links = page.getByRole('link')
  expect(await links.count()).toBe(2)
  await tabTo(links.last())
  expect(await outlineOfFocus(page)).toBe('solid 3px')
  await page.keyboard.press('Enter')
  await page.locator('html[data-page="waiting"]').waitFor()
})
