import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startApprovingStack, type ApprovingStack } from '../helpers/approving-stack.js'
import { launchBrowser } from '../helpers/browser.js'
import { hasFocus, outlineOfFocus, tabTo } from './keyboard.js'
import { faultsInLooks } from './looks.js'
import { openWatchedPage, type WatchedPage } from './watched-page.js'

let browser: Browser
let stack: ApprovingStack
let alice: string

beforeAll(async () => {
  stack = await startApprovingStack()
  alice = await stack.tokenOf()
  return () => stack.close()
})

beforeAll(async () => {
  browser = await launchBrowser()
  return () => browser.close()
})

interface Visit extends WatchedPage {
  /** By Tab and Enter alone, with an outline that can be seen. */
  readonly press: (name: string | RegExp) => Promise<void>
  readonly arriveAt: (name: string) => Promise<void>
  /** Opens the page of a call, and signs in. */
  readonly open: (url: string, person?: RegExp) => Promise<void>
}

const ALICE = /Alice Administrator/
const BOB = /Bob User/

async function visit(options: BrowserContextOptions = {}): Promise<Visit> {
  const watched = await openWatchedPage(browser, options)
  onTestFinished(() => watched.close())
  const { page } = watched
  const arriveAt = (name: string) => page.locator(`html[data-page="${name}"]`).waitFor()
  const press = async (name: string | RegExp): Promise<void> => {
    await tabTo(page.getByRole('button', { name }))
    expect(await outlineOfFocus(page)).toBe('solid 3px')
    await page.keyboard.press('Enter')
  }
  const open = async (url: string, person = ALICE): Promise<void> => {
    await page.goto(url)
    await arriveAt('sign-in')
    await press(person)
  }
  return { ...watched, press, arriveAt, open }
}

/** Each test has calls of its own, by their arguments. */
let count = 0
async function pendingCall() {
  count += 1
  const bookingId = `none-${count}`
  const again = () => stack.cancel(alice, { bookingId })
  const { url = '' } = await again()
  const isMade = () => stack.apiCalls.length > callsBefore
  const callsBefore = stack.apiCalls.length
  return { bookingId, url, again, isMade }
}

describe('a call that waits, in a browser', () => {
  test('is approved by the keyboard alone, and then made in the next round of the client', async () => {
    const { url, bookingId, again, isMade } = await pendingCall()
    const { page, press, arriveAt, open, complaints, origins } = await visit()
    await open(url)
    await arriveAt('waiting')
    expect(page.url()).toBe(url)
    const text = await page.getByRole('main').innerText()
    for (const shown of ['cancelBooking', bookingId, 'DELETE', 'auth0|alice', 'curl']) {
      expect(text).toContain(shown)
    }
    await press('Approve')
    await arriveAt('approved')
    expect(page.url()).toBe(url)
    expect(isMade()).toBe(false)
    expect((await again()).text).not.toMatch(/Nothing was called/)
    expect(isMade()).toBe(true)
    await page.reload()
    await arriveAt('unknown')
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([])
    expect(origins()).toEqual([stack.endpoint.origin, new URL(stack.issuer).origin])
  })

  test('is declined, and then not made', async () => {
    const { url, again, isMade } = await pendingCall()
    const { press, arriveAt, open, complaints } = await visit()
    await open(url)
    await arriveAt('waiting')
    await press('Decline')
    await arriveAt('declined')
    expect((await again()).text).toMatch(/declined this call/)
    expect(isMade()).toBe(false)
    expect(complaints).toEqual([])
  })

  test('lets nobody approve by the first key: nothing has the focus, and Decline comes before Approve', async () => {
    const { url, again } = await pendingCall()
    const { page, arriveAt, open } = await visit()
    await open(url)
    await arriveAt('waiting')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    expect(await hasFocus(page.getByRole('button', { name: 'Decline' }))).toBe(true)
    await page.keyboard.press('Tab')
    expect(await hasFocus(page.getByRole('button', { name: 'Approve' }))).toBe(true)
    expect((await again()).url).toBe(url)
  })

  test('is approved without scripts', async () => {
    const { url, again, isMade } = await pendingCall()
    const { page, arriveAt, open } = await visit({ javaScriptEnabled: false })
    await open(url)
    await arriveAt('waiting')
    await page.getByRole('button', { name: 'Approve' }).click()
    await arriveAt('approved')
    await again()
    expect(isMade()).toBe(true)
  })

  test('is not approved by going back to it after it was declined', async () => {
    const { url, again, isMade } = await pendingCall()
    const { page, press, arriveAt, open } = await visit()
    await open(url)
    await press('Decline')
    await arriveAt('declined')
    await page.goBack()
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0)
    expect((await again()).text).toMatch(/declined this call/)
    expect(isMade()).toBe(false)
  })

  test('is approved while an SDK client waits that has opened the page for its user', async () => {
    const { press, arriveAt, open } = await visit()
    const opened: string[] = []
    const client = new Client(
      { name: 'opens-pages', version: '1.0.0' },
      { capabilities: { elicitation: { url: {} } }, versionNegotiation: { mode: 'auto' } },
    )
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      if (!('url' in params)) return { action: 'decline' }
      opened.push(params.url)
      await open(params.url)
      await arriveAt('waiting')
      await press('Approve')
      await arriveAt('approved')
      return { action: 'accept' }
    })
    const requestInit = { headers: { authorization: `Bearer ${alice}` } }
    await client.connect(new StreamableHTTPClientTransport(stack.endpoint, { requestInit }))
    onTestFinished(() => client.close())
    const before = stack.apiCalls.length
    await client.callTool({ name: 'cancelBooking', arguments: { bookingId: 'none-sdk' } })
    expect(opened).toHaveLength(1)
    expect(stack.apiCalls).toHaveLength(before + 1)
  })
})

describe('the pages in a browser, light and dark, narrow and wide', () => {
  test('of a call that waits, was approved, and is gone', async () => {
    const { url, again } = await pendingCall()
    const { page, press, arriveAt, open } = await visit()
    await open(url)
    await arriveAt('waiting')
    expect(await faultsInLooks(page, 'confirm-waiting')).toEqual([])
    await press('Approve')
    await arriveAt('approved')
    expect(await faultsInLooks(page, 'confirm-approved')).toEqual([])
    await again()
    await page.reload()
    await arriveAt('unknown')
    expect(await faultsInLooks(page, 'confirm-unknown')).toEqual([])
  })

  test('of a call that was declined, and after signing out', async () => {
    const { url } = await pendingCall()
    const { page, press, arriveAt, open } = await visit()
    await open(url)
    await press('Decline')
    await arriveAt('declined')
    expect(await faultsInLooks(page, 'confirm-declined')).toEqual([])
    await press('Sign out')
    await arriveAt('signed-out')
    expect(await faultsInLooks(page, 'confirm-signed-out')).toEqual([])
    await tabTo(page.getByRole('link', { name: 'Sign in again' }))
    expect(await outlineOfFocus(page)).toBe('solid 3px')
    await page.keyboard.press('Enter')
    await arriveAt('sign-in')
  })

  test('of a call of another user, which is not shown, and which the right one reaches from there', async () => {
    const { url, bookingId, again } = await pendingCall()
    const { page, press, arriveAt, open } = await visit()
    await open(url, BOB)
    await arriveAt('unknown')
    expect(await faultsInLooks(page, 'confirm-foreign')).toEqual([])
    const text = await page.getByRole('main').innerText()
    expect(text).not.toMatch(new RegExp(`cancelBooking|${bookingId}|Alice`))
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0)
    await press('Sign out')
    await arriveAt('signed-out')
    await tabTo(page.getByRole('link', { name: 'Sign in again' }))
    await page.keyboard.press('Enter')
    await arriveAt('sign-in')
    await press(ALICE)
    await arriveAt('waiting')
    expect((await again()).url).toBe(url)
  })

  test('of a sign-in that failed, and of one that was begun elsewhere', async () => {
    const { url } = await pendingCall()
    const { page, arriveAt } = await visit()
    const authorized = page.waitForRequest((request) => request.url().startsWith(stack.issuer))
    await page.goto(url)
    await arriveAt('sign-in')
    const { searchParams } = new URL((await authorized).url())
    const answer = new URLSearchParams({
      ...{ error: 'access_denied', state: searchParams.get('state') ?? '', iss: stack.issuer },
    })
    await page.goto(new URL(`/confirm/callback?${answer.toString()}`, url).href)
    await arriveAt('fault')
    expect(await page.getByRole('heading').innerText()).toBe('You are not signed in')
    expect(await faultsInLooks(page, 'confirm-fault')).toEqual([])
    await page.goto(new URL('/confirm/callback?code=x&state=y', url).href)
    await arriveAt('fault')
    expect(await faultsInLooks(page, 'confirm-not-begun-here')).toEqual([])
  })

  test('of a form that comes after the session is over, which leads to a new sign-in', async () => {
    const { url, again } = await pendingCall()
    const { page, press, arriveAt, open } = await visit()
    await open(url)
    await arriveAt('waiting')
    await page.context().clearCookies()
    await press('Approve')
    await arriveAt('session-over')
    expect(await page.getByRole('main').innerText()).toContain('Nothing was approved')
    expect(await faultsInLooks(page, 'confirm-session-over')).toEqual([])
    await tabTo(page.getByRole('link', { name: 'Sign in again' }))
    await page.keyboard.press('Enter')
    await arriveAt('sign-in')
    expect((await again()).url).toBe(url)
  })
})
