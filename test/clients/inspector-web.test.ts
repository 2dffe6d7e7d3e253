import { describe, expect, test } from 'vitest'
import { openBrowser } from './parts/chromium.js'
import { startInspectorWeb } from './parts/inspector-web.js'
import { Suite } from './parts/suite.js'

const suite = new Suite('MCP Inspector, web page')

describe.each([
  ['`--protocol-era legacy`', 'legacy', '2025-11-25'],
  ['`--protocol-era modern`', 'modern', '2026-07-28'],
] as const)('%s', (setting, era, revision) => {
  test.each([
    ['shows what the API answers to the person who signed in', 'sign-in', {}, 1],
    [
      'asks for more scopes when challenged, and shows the answer then',
      'step-up',
      { MCP_BASELINE_SCOPES: 'tool:whoami', LOCKED_TOOLS: 'show' },
      2,
    ],
  ] as const)('%s', async (_, scenario, environment, signIns) => {
    const { stack, person, observed, apiCalls } = await suite.start({ environment })
    const inspector = await startInspectorWeb(stack.endpoint, era, person)
    const browser = await openBrowser(person)
    try {
      const { page } = browser
      await page.goto(inspector.address)
      // The input lies unseen behind the drawn switch, so there is nothing to aim a mouse at.
      await page.getByRole('switch', { name: /Connect or disconnect/ }).dispatchEvent('click')
      await browser.signIn()

      const greet = async (): Promise<void> => {
        await page.getByText('Tools', { exact: true }).first().click()
        await page.getByRole('button', { name: /^Greet greet/ }).click()
        await page.getByRole('textbox', { name: 'name', exact: true }).fill('Alice')
        await page.getByRole('button', { name: 'Execute Tool' }).click()
      }
      await greet()
      if (scenario === 'step-up') {
        await page.getByRole('button', { name: 'Authorize', exact: true }).click()
        await browser.signIn()
        await greet()
      }
      await page.getByRole('main').getByText('Hello, Alice (auth0|alice)!').first().waitFor()
      await page.getByRole('main').getByText('Hello from the protected API').first().waitFor()
    } finally {
      await browser.close()
      await inspector.close()
    }
    expect(browser.corsFaults).toEqual([])
    expect(person.signIns).toHaveLength(signIns)
    expect(apiCalls.at(-1)).toMatchObject({ sub: 'auth0|alice', aud: stack.apiAudience })
    expect(observed.revision()).toBe(revision)
    suite.record(setting, scenario, 'answered')
  })
})

suite.compare()
