import { ensureChartRenderer } from './ensure-chart-renderer.js'
import { ensureInstalled } from './ensure-installed.js'
import { runPreparation } from './run-preparation.js'

/** Installs what `npm run test:chart` needs and this machine lacks. */
runPreparation(() => {
  ensureInstalled('test/chart/toolbox')
  ensureChartRenderer()
})
