import type { Locator, Page } from 'playwright-core'

/** Presses Tab until the element has the focus, as a person without a mouse does; throws after 60 presses. */
export async function tabTo(target: Locator): Promise<void> {
  const page = target.page()
  for (let presses = 0; presses < 60; presses += 1) {
    if (await hasFocus(target)) return
    await page.keyboard.press('Tab')
  }
  throw new Error('The element cannot be reached with the Tab key.')
}

export async function hasFocus(target: Locator): Promise<boolean> {
  return (await target.and(target.page().locator(':focus')).count()) === 1
}

/** How the outline of whatever has the focus is drawn: `solid 3px`. */
export function outlineOfFocus(page: Page): Promise<string> {
  return page.evaluate<string>(
    '(({ outlineStyle, outlineWidth }) => `${outlineStyle} ${outlineWidth}`)(getComputedStyle(document.activeElement))',
  )
}
