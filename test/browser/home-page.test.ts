import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Browser } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { obtainToken } from '../../apps/development/obtain-token.js'
import { startStack, type DevelopmentStack } from '../../apps/development/start-stack.js'
import { launchBrowser } from '../helpers/browser.js'
import { RecordingLog } from '../helpers/recording-log.js'
import { faultsInLooks } from './looks.js'
import { hasFocus, outlineOfFocus, tabTo } from './keyboard.js'
import { openWatchedPage, type WatchedPage } from './watched-page.js'

const run = promisify(execFile)

let browser: Browser
let stack: DevelopmentStack

beforeAll(async () => {
  stack = await startStack({
    ports: { authorizationServer: 0, api: 0, mcp: 0 },
    log: new RecordingLog(),
  })
  return () => stack.close()
})

beforeAll(async () => {
  browser = await launchBrowser()
  return () => browser.close()
})

async function openHomePage(options: Parameters<typeof openWatchedPage>[1] = {}) {
  const watched = await openWatchedPage(browser, options)
  const response = await watched.page.goto(stack.endpoint.origin)
  expect(response?.status()).toBe(200)
  return watched
}

describe('the page at / in a browser', () => {
  let watched: WatchedPage

  beforeAll(async () => {
    watched = await openHomePage()
    return () => watched.close()
  })

  test('loads without a complaint and asks nobody else for anything', async () => {
    const { page, complaints, origins } = watched
    expect(await page.title()).toBe('mcp-on-behalf-of: MCP server')
    expect(complaints).toEqual([])
    expect(origins()).toEqual([stack.endpoint.origin])
  })

  test('shows a snippet with this server’s URL for every client', async () => {
    const { page } = watched
    const clients = await page.getByRole('heading', { level: 3 }).allTextContents()
    expect(clients).toEqual(
      expect.arrayContaining([
        ...['Claude', 'Claude Desktop', 'Claude Code', 'VS Code', 'MCP Inspector', 'curl'],
      ]),
    )
    const snippets = await page.locator('pre').allTextContents()
    expect(snippets).toHaveLength(7)
    for (const snippet of snippets) expect(snippet).toContain(stack.endpoint.href)
    const addresses = (await page.locator('body').innerText()).match(/https?:\/\/[^\s"'<]+/g) ?? []
    expect(addresses.map((address) => new URL(address).origin)).toSatisfy((all: string[]) =>
      all.every((origin) => [stack.endpoint.origin, new URL(stack.issuer).origin].includes(origin)),
    )
  })

  test('has JSON in the snippets that are files', async () => {
    const { page } = watched
    const snippet = async (id: string): Promise<unknown> =>
      JSON.parse((await page.locator(`#snippet-${id}-1`).textContent()) ?? '')
    expect(await snippet('claude-desktop')).toEqual({
      mcpServers: {
        'mcp-on-behalf-of': { command: 'npx', args: ['-y', 'mcp-remote', stack.endpoint.href] },
      },
    })
    expect(await snippet('vs-code')).toEqual({
      servers: { 'mcp-on-behalf-of': { type: 'http', url: stack.endpoint.href } },
    })
  })

  test('has curl commands that do in a shell what the page says', async () => {
    const { page } = watched
    const command = async (step: number): Promise<string> =>
      (await page.locator(`#snippet-curl-${step}`).textContent()) ?? ''
    const shell = async (text: string, token = ''): Promise<string> => {
      const env = { PATH: process.env['PATH'] ?? '', TOKEN: token }
      return (await run('sh', ['-c', text], { env, timeout: 30_000 })).stdout
    }
    const challenge = await shell(await command(1))
    expect(challenge).toMatch(/^HTTP\/1\.1 401 /)
    expect(challenge).toMatch(/^www-authenticate: Bearer /im)

    const token = await obtainToken({
      issuer: stack.issuer,
      username: 'bob',
      scope: 'tool:whoami',
      resource: stack.endpoint.href,
    })
    const tools = await shell(await command(2), token)
    expect(tools).toContain('"name":"whoami"')
    expect(tools).not.toContain('"name":"greet"')
  })

  test('names the tools, their scopes, the authorization server and the links', async () => {
    const { page } = watched
    const tools = await page.locator('.tools > li').allInnerTexts()
    expect(tools).toHaveLength(10)
    expect(tools[4]).toMatch(/Book a trip\s+createBooking[\s\S]*Needs write:bookings/)
    expect(tools[1]).toMatch(/Greet\s+greet[\s\S]*Needs tool:greet[\s\S]*Calls the API as you/)
    expect(tools[0]).toMatch(/Needs a sign-in, no scope[\s\S]*Calls no API/)
    expect(await page.getByText(stack.issuer, { exact: true }).count()).toBe(1)
    for (const name of ['/.well-known/oauth-protected-resource/mcp', '/healthz']) {
      const link = page.getByRole('link', { name: `${stack.endpoint.origin}${name}` })
      const address = (await link.getAttribute('href')) ?? ''
      expect((await fetch(address)).status).toBe(200)
    }
  })

  test('has landmarks, one first heading and links within the page that lead somewhere', async () => {
    const { page } = watched
    for (const role of ['banner', 'main', 'contentinfo'] as const) {
      expect(await page.getByRole(role).count()).toBe(1)
    }
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1)
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    const inner = page.locator('a[href^="#"]')
    expect(await inner.count()).toBe(11)
    for (const link of await inner.all()) {
      expect(await page.locator((await link.getAttribute('href')) ?? '').count()).toBe(1)
    }
  })

  test('is accessible and fits, light and dark, narrow and wide', async () => {
    expect(await faultsInLooks(watched.page, 'home')).toEqual([])
  })
})

describe('the page at / with the keyboard alone', () => {
  test('offers to skip to the content first, and every snippet can be scrolled and copied', async () => {
    const { page, complaints, close } = await openHomePage()
    await page.keyboard.press('Tab')
    const skip = page.getByRole('link', { name: 'Skip to the content' })
    expect(await hasFocus(skip)).toBe(true)
    await page.keyboard.press('Enter')
    expect(await hasFocus(page.getByRole('main'))).toBe(true)
    for (const snippet of await page.locator('pre').all()) await tabTo(snippet)
    expect(complaints).toEqual([])
    await close()
  })

  test('a copy button puts its snippet on the clipboard and says so', async () => {
    const { page, complaints, close } = await openHomePage({
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    const button = page.getByRole('button', { name: 'Copy the snippet for Claude Code' })
    await tabTo(button)
    expect(await outlineOfFocus(page)).toBe('solid 3px')
    await page.keyboard.press('Enter')
    await page.getByRole('status').filter({ hasText: 'Copied to the clipboard.' }).waitFor({
      state: 'attached',
    })
    expect(await page.getByRole('button', { name: /^Copied/ }).count()).toBe(1)
    expect(await page.evaluate<string>('navigator.clipboard.readText()')).toBe(
      `claude mcp add --transport http mcp-on-behalf-of ${stack.endpoint.href}`,
    )
    await page.keyboard.press('Tab')
    expect(await page.getByRole('button', { name: /^Copied/ }).count()).toBe(0)
    expect(complaints).toEqual([])
    await close()
  })

  test('a copy button selects its snippet where the clipboard is closed', async () => {
    const { page, close } = await openWatchedPage(browser)
    await page.addInitScript('Object.defineProperty(navigator, "clipboard", { value: undefined })')
    await page.goto(stack.endpoint.origin)
    await tabTo(page.getByRole('button', { name: 'Copy the snippet for MCP Inspector' }))
    await page.keyboard.press('Space')
    await page.getByRole('status').filter({ hasText: 'Selected.' }).waitFor({ state: 'attached' })
    expect(await page.evaluate<string>('getSelection().toString()')).toBe(
      `npx -y @modelcontextprotocol/inspector@2 --transport http --server-url ${stack.endpoint.href}`,
    )
    await close()
  })
})

test('without scripts the page has no copy buttons, and everything else', async () => {
  const { page, close } = await openHomePage({ javaScriptEnabled: false })
  expect(await page.locator('button:visible').count()).toBe(0)
  expect(await page.locator('pre:visible').count()).toBe(7)
  await close()
})

test('the page’s own policy stops a script that is not its own', async () => {
  const { page, complaints, close } = await openHomePage()
  await page.evaluate(
    'document.body.append(Object.assign(document.createElement("script"), { textContent: "window.foreign = true" }))',
  )
  expect(await page.evaluate<boolean>('window.foreign === true')).toBe(false)
  expect(complaints.join('\n')).toContain('Content Security Policy')
  await close()
})
