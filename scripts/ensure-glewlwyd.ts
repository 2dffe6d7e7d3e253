import { ensureDebianPackages } from './install-debian-packages.js'

/** Where Debian's packages put the server, the tables of its database, and the program that creates the database. */
export const GLEWLWYD = '/usr/bin/glewlwyd'
export const GLEWLWYD_TABLES = '/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3'
export const SQLITE = '/usr/bin/sqlite3'

/** With `dbconfig-sqlite3`, the installation brings no client of a database server. */
const PACKAGES = ['glewlwyd', 'sqlite3', 'dbconfig-sqlite3']

/** The package would start a server for the whole network, whose administrator has a known password. */
const SERVICE = ['/etc/init.d/glewlwyd', '*/glewlwyd.service']

/**
 * Installs Debian's glewlwyd when it is missing and this process may do so. It installs no service.
 *
 * Throws with what to do when it may not, or when the installation fails.
 */
export function ensureGlewlwyd(): void {
  ensureDebianPackages({
    packages: PACKAGES,
    files: [GLEWLWYD, GLEWLWYD_TABLES, SQLITE],
    exclude: SERVICE,
    otherwise:
      'glewlwyd is missing, and only root can install it here, on Debian. Install it: apt-get install --no-install-recommends glewlwyd sqlite3. On a machine with systemd, Debian starts it as a service: mask that before (systemctl mask glewlwyd).',
  })
}
