import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Where Debian's package puts it; `CHROMIUM` names another one. */
export const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

const TIME_LIMIT_MS = 600_000

/**
 * Installs Debian's Chromium when it is missing and this process may do so.
 *
 * Throws with what to do when it may not, or when the installation fails.
 */
export function ensureChromium(): void {
  if (existsSync(CHROMIUM)) return
  if (process.env['CHROMIUM'] !== undefined) {
    throw new Error(`CHROMIUM="${CHROMIUM}" does not exist. Name an executable, or remove it.`)
  }
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error(
      'Chromium is missing and only root can install it here. Install it (Debian: apt-get install chromium), or name another executable in CHROMIUM.',
    )
  }
  process.stdout.write('Installing Chromium by apt-get\n')
  aptGet('update')
  aptGet('install', '--yes', '--no-install-recommends', 'chromium')
}

function aptGet(...args: readonly string[]): void {
  const { status } = spawnSync('apt-get', ['--quiet', '--quiet', ...args], {
    stdio: 'inherit',
    timeout: TIME_LIMIT_MS,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  if (status !== 0) throw new Error(`apt-get ${args.join(' ')} failed; Chromium is not installed.`)
}
