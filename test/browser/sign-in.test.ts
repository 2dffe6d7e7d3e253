import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import type { Browser } from 'playwright-core'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startStack, type DevelopmentStack } from '../../apps/development/start-stack.js'
import type { Claims } from '../../src/identity/caller.js'
import { launchBrowser } from '../helpers/browser.js'
import { RecordingLog } from '../helpers/recording-log.js'
import {
  BrowserOAuthProvider,
  listenForCallback,
  type CallbackServer,
} from './browser-oauth-provider.js'
import { faultsInLooks } from './looks.js'
import { outlineOfFocus, tabTo } from './keyboard.js'
import { openWatchedPage, type WatchedPage } from './watched-page.js'

let browser: Browser
let stack: DevelopmentStack
const apiCalls: Claims[] = []

beforeAll(async () => {
  stack = await startStack({
    ports: { authorizationServer: 0, api: 0, mcp: 0 },
    log: new RecordingLog(),
    onApiCall: (claims) => apiCalls.push(claims),
  })
  return () => stack.close()
})

beforeAll(async () => {
  browser = await launchBrowser()
  return () => browser.close()
})

/** An MCP client that has called without a token, was sent to sign in, and waits for its callback. */
interface WaitingClient {
  readonly provider: BrowserOAuthProvider
  /** Ends the sign-in with the callback's parameters and connects. */
  finish(parameters: URLSearchParams): Promise<Client>
}

async function startSignIn(callback: CallbackServer): Promise<WaitingClient> {
  const provider = new BrowserOAuthProvider(callback.url)
  const open = () => new StreamableHTTPClientTransport(stack.endpoint, { authProvider: provider })
  const create = () => new Client({ name: 'browser-test', version: '1.0.0' })
  const transport = open()
  await expect(create().connect(transport)).rejects.toBeInstanceOf(UnauthorizedError)
  return {
    provider,
    async finish(parameters) {
      await transport.finishAuth(parameters)
      const client = create()
      await client.connect(open())
      return client
    },
  }
}

describe('signing in in a browser, from an MCP client’s authorization URL', () => {
  let callback: CallbackServer
  let watched: WatchedPage
  let waiting: WaitingClient

  beforeEach(async () => {
    apiCalls.length = 0
    callback = await listenForCallback()
    watched = await openWatchedPage(browser)
    waiting = await startSignIn(callback)
    await watched.page.goto(waiting.provider.authorizationUrl)
  })

  afterEach(async () => {
    await watched.close()
    await callback.close()
  })

  /** By Tab and Enter alone. */
  const press = async (name: RegExp | string): Promise<void> => {
    await tabTo(watched.page.getByRole('button', { name }))
    expect(await outlineOfFocus(watched.page)).toBe('solid 3px')
    await watched.page.keyboard.press('Enter')
  }
  const arriveAt = (name: string) => watched.page.locator(`html[data-page="${name}"]`).waitFor()

  test('leads by the keyboard alone to a greeting from the API as Alice', async () => {
    const { page, complaints, origins } = watched
    await arriveAt('sign-in')
    await press(/Alice Administrator/)
    await arriveAt('consent')
    expect(await page.getByRole('main').innerText()).toContain('Browser test client')
    await press('Allow')
    await page.getByRole('heading', { name: 'Done' }).waitFor()

    const client = await waiting.finish(waiting.provider.callbackParameters(await callback.called))
    const { structuredContent } = await client.callTool({ name: 'greet', arguments: {} })
    await client.close()
    expect(structuredContent).toMatchObject({ greeting: 'Hello, there (auth0|alice)!' })
    expect(apiCalls).toMatchObject([{ sub: 'auth0|alice', act: { sub: 'mcp-server' } }])
    expect(complaints).toEqual([])
    expect(origins()).toEqual([new URL(stack.issuer).origin, new URL(callback.url).origin])
  })

  test('comes back with access_denied when she denies', async () => {
    const { page, complaints } = watched
    await press(/Alice Administrator/)
    await arriveAt('consent')
    await press('Deny')
    await page.getByRole('heading', { name: 'Done' }).waitFor()
    const { searchParams } = await callback.called
    expect(searchParams.get('error')).toBe('access_denied')
    expect(searchParams.get('code')).toBeNull()
    await expect(waiting.finish(searchParams)).rejects.toThrow()
    expect(apiCalls).toEqual([])
    expect(complaints).toEqual([])
  })

  test('lets a second client sign somebody else in, in the same browser', async () => {
    const { page } = watched
    await press(/Alice Administrator/)
    await arriveAt('consent')
    await press('Allow')
    await page.getByRole('heading', { name: 'Done' }).waitFor()

    const second = await listenForCallback()
    try {
      const next = await startSignIn(second)
      await page.goto(next.provider.authorizationUrl)
      await press(/Bob User/)
      await arriveAt('consent')
      expect(await page.getByRole('main').innerText()).toContain('Bob User')
      await press('Allow')
      await page.getByRole('heading', { name: 'Done' }).waitFor()
      const client = await next.finish(next.provider.callbackParameters(await second.called))
      const { structuredContent } = await client.callTool({ name: 'whoami', arguments: {} })
      await client.close()
      expect(structuredContent).toMatchObject({ user: { sub: 'auth0|bob' } })
      expect(watched.complaints).toEqual([])
    } finally {
      await second.close()
    }
  })

  test('shows an error page when the interaction is over, or is another browser’s', async () => {
    const { page } = watched
    const address = page.url()
    const other = await openWatchedPage(browser)
    await other.page.goto(address)
    await other.page.locator('html[data-page="error"]').waitFor()
    await other.close()

    await press(/Alice Administrator/)
    await arriveAt('consent')
    await page.goto(address)
    await arriveAt('error')
    expect(await page.getByRole('main').innerText()).toContain('Start it again')
    expect(await faultsInLooks(page, 'error')).toEqual([])
  })

  test('is accessible and fits on every page, light and dark, narrow and wide', async () => {
    const { page } = watched
    expect(await faultsInLooks(page, 'sign-in')).toEqual([])
    expect(await page.getByRole('banner').innerText()).toContain('anyone can sign in as anyone')
    await press(/Bob User/)
    await arriveAt('consent')
    expect(await faultsInLooks(page, 'consent')).toEqual([])
    expect(await page.getByRole('banner').innerText()).toContain('anyone can sign in as anyone')
  })
})
