import { ensureDebianPackages } from './install-debian-packages.js'

/** The program with which Prometheus tests alert rules. */
export const PROMTOOL = '/usr/bin/promtool'

/** Installs Debian's Prometheus where this machine lacks its `promtool`, without a service of its own. */
export function ensurePromtool(): void {
  ensureDebianPackages({
    packages: ['prometheus'],
    files: [PROMTOOL],
    exclude: ['/etc/init.d/prometheus', '*/prometheus*.service'],
    otherwise:
      'promtool is missing, and only root can install it here, on Debian: apt-get install --no-install-recommends prometheus',
  })
}
