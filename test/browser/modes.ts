import axe from 'axe-core'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { SCREENSHOTS } from './looks.js'

/** What moves, or would move: nothing may, whatever a person prefers. */
const MOVING = `[...document.querySelectorAll('*')].filter((element) => {
  const { animationName, transitionDuration, scrollBehavior } = getComputedStyle(element)
  return animationName !== 'none' || transitionDuration !== '0s' || scrollBehavior !== 'auto'
}).map(({ tagName }) => 'moves: ' + tagName)`

/** With forced colours, a border is all that makes a button. */
const WITHOUT_EDGE = `[...document.querySelectorAll('button')].filter((button) => {
  const { borderTopStyle, borderTopWidth } = getComputedStyle(button)
  return borderTopStyle !== 'solid' || borderTopWidth === '0px'
}).map((button) => 'has no edge: ' + button.textContent)`

const SCROLLS_SIDEWAYS = `document.documentElement.scrollWidth > innerWidth
  ? ['is ' + document.documentElement.scrollWidth + ' pixels wide in a window of ' + innerWidth] : []`

const SMALL_TARGETS = `[...document.querySelectorAll('button')].filter((control) => {
  const { width, height } = control.getBoundingClientRect()
  return width < 24 || height < 24
}).map((control) => 'is too small to be hit: ' + control.textContent)`

const DOUBLE_TEXT = `document.documentElement.style.fontSize = '200%'`
const NORMAL_TEXT = `document.documentElement.style.fontSize = ''`

/**
 * Looks at the page as it stands as people set up their browsers who do not see well: forced colours, reduced motion, everything at 200%
 * (WCAG 2.2, 1.4.10: 1280 pixels are 640 then), and text alone at 200% in a window of 320 pixels (1.4.4). Leaves a screenshot of each under `name`.
 */
export async function faultsInModes(page: Page, name: string): Promise<readonly string[]> {
  const faults: string[] = []
  const look = async (mode: string, ...checks: readonly string[]): Promise<void> => {
    await page.screenshot({ path: `${SCREENSHOTS}/${name}-${mode}.png`, fullPage: true })
    for (const check of [SCROLLS_SIDEWAYS, ...checks]) {
      const found = await page.evaluate<readonly string[]>(check)
      faults.push(...found.map((fault) => `${name}-${mode}: ${fault}`))
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce', colorScheme: 'dark' })
  await look('forced-colors', WITHOUT_EDGE, MOVING, SMALL_TARGETS)
  faults.push(...(await violations(page)).map((fault) => `${name}-forced-colors: ${fault}`))
  await page.emulateMedia({ forcedColors: 'none', reducedMotion: 'no-preference' })
  await page.setViewportSize({ width: 640, height: 400 })
  await look('zoom-200', MOVING)
  await page.setViewportSize({ width: 320, height: 400 })
  await page.evaluate(DOUBLE_TEXT)
  await look('text-200')
  await page.evaluate(NORMAL_TEXT)
  return faults
}

/** Without contrast: forced colours are the person's own, and axe-core does not see them. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source)
  const { violations: found } = await page.evaluate<AxeResults>(
    `axe.run({ rules: { 'color-contrast': { enabled: false } } })`,
  )
  return found.map(({ id, help }) => `${id} (${help})`)
}
