import { ensureDebianPackages } from './install-debian-packages.js'
import { runPreparation } from './run-preparation.js'

/** Installs what `npm run test:fleet` needs and this machine lacks: Debian's Redis, without a service of its own. */
runPreparation(() => {
  ensureDebianPackages({
    packages: ['redis-server'],
    files: ['/usr/bin/redis-server'],
    exclude: ['/etc/init.d/redis-server', '*/redis-server*.service'],
    otherwise:
      'Redis is missing, and only root can install it here, on Debian: apt-get install redis-server',
  })
})
