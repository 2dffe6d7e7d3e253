import { ensureChromium } from './ensure-chromium.js'
import { ensureInstalled } from './ensure-installed.js'
import { runPreparation } from './run-preparation.js'

/** Installs what `npm run test:clients` needs and this machine lacks. */
runPreparation(() => {
  ensureInstalled('test/toolbox')
  ensureChromium()
})
