import { ensureDebianPackages } from './install-debian-packages.js'

/** Installs Debian's Redis where this machine lacks it, without a service of its own. */
export function ensureRedis(): void {
  ensureDebianPackages({
    packages: ['redis-server'],
    files: ['/usr/bin/redis-server'],
    exclude: ['/etc/init.d/redis-server', '*/redis-server*.service'],
    otherwise:
      'Redis is missing, and only root can install it here, on Debian: apt-get install redis-server',
  })
}
