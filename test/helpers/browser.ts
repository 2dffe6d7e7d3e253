import { chromium, type Browser } from 'playwright-core'
import { CHROMIUM } from '../../scripts/ensure-chromium.js'

const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
]

/** Starts Chromium without a window; the caller closes it. `ensureChromium` has to have run. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, timeout: 60_000, args: FLAGS })
}
