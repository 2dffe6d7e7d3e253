import axe from 'axe-core'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

/** Where the screenshots go; not under version control. */
export const SCREENSHOTS = 'test-output/screenshots'

const SCHEMES = ['light', 'dark'] as const
const WIDTHS = { narrow: 320, wide: 1280 } as const

/**
 * Looks at the page as it stands, light and dark, 320 and 1280 pixels wide: what axe-core finds wrong with it
 * (contrast among much else) and whether it is wider than the window. Leaves a screenshot of each under `name`.
 */
export async function faultsInLooks(page: Page, name: string): Promise<readonly string[]> {
  const faults: string[] = []
  await page.evaluate(axe.source)
  for (const scheme of SCHEMES) {
    for (const [widthName, width] of Object.entries(WIDTHS)) {
      await page.emulateMedia({ colorScheme: scheme })
      await page.setViewportSize({ width, height: 800 })
      const look = `${name}-${scheme}-${widthName}`
      await page.screenshot({ path: `${SCREENSHOTS}/${look}.png`, fullPage: true })
      const found = [...(await overflow(page, width)), ...(await violations(page))]
      faults.push(...found.map((fault) => `${look}: ${fault}`))
    }
  }
  return faults
}

async function overflow(page: Page, width: number): Promise<readonly string[]> {
  const needed = await page.evaluate<number>('document.documentElement.scrollWidth')
  return needed > width ? [`is ${needed} pixels wide in a window of ${width}`] : []
}

async function violations(page: Page): Promise<readonly string[]> {
  const { violations: found, incomplete } = await page.evaluate<AxeResults>('axe.run()')
  // What axe cannot decide by itself counts for contrast: our pages have no pictures behind text.
  const unsure = incomplete.filter(({ id }) => id === 'color-contrast')
  return [...found, ...unsure].flatMap(({ id, help, nodes }) =>
    nodes.map(({ target }) => `${id} (${help}): ${target.join(' ')}`),
  )
}
