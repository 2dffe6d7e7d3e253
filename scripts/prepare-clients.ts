import { ensureChromium } from './ensure-chromium.js'
import { ensureInstalled } from './ensure-installed.js'

/** Installs what `npm run test:clients` needs and this machine lacks. */
try {
  ensureInstalled('test/toolbox')
  ensureChromium()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : 'unknown failure'}\n`)
  process.exitCode = 1
}
