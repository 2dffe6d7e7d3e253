import { rm } from 'node:fs/promises'
import { ensureChromium } from '../../scripts/ensure-chromium.js'
import { SCREENSHOTS } from './looks.js'

/** Has the browser in place before any test's time runs, and no screenshot of an earlier run left. */
export default async function setup(): Promise<void> {
  ensureChromium()
  await rm(SCREENSHOTS, { recursive: true, force: true })
}
