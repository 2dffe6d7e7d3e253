import { ensureGlewlwyd } from './ensure-glewlwyd.js'

/** Installs what `npm run test:foreign` needs and this machine lacks. */
try {
  ensureGlewlwyd()
} catch (error) {
  process.stderr.write(
    `The tests cannot run: ${error instanceof Error ? error.message : 'unknown failure'}\n`,
  )
  process.exitCode = 1
}
