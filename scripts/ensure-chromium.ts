import { existsSync } from 'node:fs'
import { installDebianPackages, mayInstallDebianPackages } from './install-debian-packages.js'

/** Where Debian's package puts it; `CHROMIUM` names another one. */
export const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

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
  if (!mayInstallDebianPackages()) {
    throw new Error(
      'Chromium is missing and only root can install it here. Install it (Debian: apt-get install chromium), or name another executable in CHROMIUM.',
    )
  }
  installDebianPackages(['chromium'])
}
