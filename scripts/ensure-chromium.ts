import { existsSync } from 'node:fs'
import { ensureDebianPackages } from './install-debian-packages.js'

/** Where Debian's package puts it; `CHROMIUM` names another one. */
export const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

/**
 * Installs Debian's Chromium when it is missing and this process may do so.
 *
 * Throws with what to do when it may not, or when the installation fails.
 */
export function ensureChromium(): void {
  if (process.env['CHROMIUM'] !== undefined && !existsSync(CHROMIUM)) {
    throw new Error(`CHROMIUM="${CHROMIUM}" does not exist. Name an executable, or remove it.`)
  }
  ensureDebianPackages({
    packages: ['chromium'],
    files: [CHROMIUM],
    otherwise:
      'Chromium is missing and only root can install it here. Install it (Debian: apt-get install chromium), or name another executable in CHROMIUM.',
  })
}
