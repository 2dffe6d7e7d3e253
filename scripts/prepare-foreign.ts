import { spawnSync } from 'node:child_process'
import { ensureGlewlwyd, GLEWLWYD } from './ensure-glewlwyd.js'
import { ensurePromtool } from './ensure-promtool.js'
import { runPreparation } from './run-preparation.js'

/** Installs what `npm run test:foreign` needs and this machine lacks, and names the version. */
runPreparation(() => {
  ensureGlewlwyd()
  ensurePromtool()
  const { stdout } = spawnSync(GLEWLWYD, ['--version'], { encoding: 'utf8', timeout: 10_000 })
  process.stdout.write(`glewlwyd ${stdout}`)
})
