import { existsSync } from 'node:fs'
import { installDebianPackages, mayInstallDebianPackages } from './install-debian-packages.js'

const REDIS = '/usr/bin/redis-server'
/** The package would start a server of its own. */
const SERVICE = ['/etc/init.d/redis-server', '*/redis-server*.service']

/** Installs what `npm run test:fleet` needs and this machine lacks: Debian's Redis. */
try {
  if (!existsSync(REDIS)) {
    if (!mayInstallDebianPackages()) {
      throw new Error(
        'Redis is missing, and only root can install it here, on Debian: apt-get install redis-server',
      )
    }
    installDebianPackages(['redis-server'], SERVICE)
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : 'unknown failure'}\n`)
  process.exitCode = 1
}
