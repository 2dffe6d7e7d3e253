import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createViteServer } from 'vitest/node'
import { openBrowser } from './parts/chromium.js'
import { Suite } from './parts/suite.js'

const PAGE = fileURLToPath(new URL('./page', import.meta.url))
const suite = new Suite('MCP SDK v2 in a web page')

let site: Awaited<ReturnType<typeof createViteServer>>
let cacheDir: string
let origin: string

beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'web-page-'))
  site = await createViteServer({
    ...{ root: PAGE, cacheDir, configFile: false, logLevel: 'error' },
    optimizeDeps: { include: ['@modelcontextprotocol/client'] },
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
  })
  await site.listen()
  origin = site.resolvedUrls?.local[0] ?? ''
})

afterAll(async () => {
  await site.close()
  await rm(cacheDir, { recursive: true, force: true })
})

describe.each([
  ['mode `auto`', 'auto', '2026-07-28'],
  ['mode `legacy`', 'legacy', '2025-11-25'],
])('%s', (setting, mode, revision) => {
  test.each([
    ['gets its greet answered, from another origin than both servers', 'sign-in', {}, 1],
    [
      'asks for more scopes when challenged: the browser lets it read the challenge',
      'step-up',
      { MCP_BASELINE_SCOPES: 'tool:whoami', LOCKED_TOOLS: 'show' },
      2,
    ],
  ] as const)('%s', async (_, scenario, environment, signIns) => {
    const { stack, person, observed, apiCalls } = await suite.start({ environment })
    const browser = await openBrowser(person)
    try {
      const { page } = browser
      await page.goto(`${origin}?endpoint=${encodeURIComponent(stack.endpoint.href)}&mode=${mode}`)
      for (let count = 0; count < signIns; count += 1) await browser.signIn()
      await page.locator('#answer:not(:empty)').waitFor()
      expect(await page.locator('#answer').textContent()).toContain('Hello, Alice (auth0|alice)!')
      expect(await page.locator('#tools').textContent()).toBe(
        'cancelBooking createBooking getBooking getTrip get_datetime greet listBookings listPlaces listTrips whoami',
      )
    } finally {
      await browser.close()
    }
    expect(browser.corsFaults).toEqual([])
    expect(person.signIns).toHaveLength(signIns)
    expect(apiCalls).toMatchObject([{ sub: 'auth0|alice', aud: stack.apiAudience }])
    expect(observed.revision()).toBe(revision)
    suite.record(setting, scenario, 'answered')
  })
})

suite.compare()
