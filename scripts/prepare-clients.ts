import { ensureChromium } from './ensure-chromium.js'
import { ensureToolbox } from './ensure-toolbox.js'

/** Installs what `npm run test:clients` needs and this machine lacks. */
try {
  ensureToolbox()
  ensureChromium()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : 'unknown failure'}\n`)
  process.exitCode = 1
}
