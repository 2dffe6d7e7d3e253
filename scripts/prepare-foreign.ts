import { spawnSync } from 'node:child_process'
import { ensureGlewlwyd, GLEWLWYD } from './ensure-glewlwyd.js'

/** Installs what `npm run test:foreign` needs and this machine lacks, and names the version. */
try {
  ensureGlewlwyd()
  const { stdout } = spawnSync(GLEWLWYD, ['--version'], { encoding: 'utf8', timeout: 10_000 })
  process.stdout.write(`glewlwyd ${stdout}`)
} catch (error) {
  process.stderr.write(
    `The tests cannot run: ${error instanceof Error ? error.message : 'unknown failure'}\n`,
  )
  process.exitCode = 1
}
