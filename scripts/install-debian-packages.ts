import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const TIME_LIMIT_MS = 600_000

/** Whether this process may install packages of Debian: it is root, and there is `apt-get`. */
export function mayInstallDebianPackages(): boolean {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
}

/**
 * Installs packages of Debian, without those that are only recommended, and without the files that match `exclude`.
 *
 * Throws when that fails.
 */
export function installDebianPackages(
  packages: readonly string[],
  exclude: readonly string[] = [],
): void {
  process.stdout.write(`Installing ${packages.join(', ')} by apt-get\n`)
  aptGet('update')
  const options = exclude.map((pattern) => `--option=Dpkg::Options::=--path-exclude=${pattern}`)
  aptGet('install', '--yes', '--no-install-recommends', ...options, ...packages)
}

function aptGet(...args: readonly string[]): void {
  const { status } = spawnSync('apt-get', ['--quiet', '--quiet', ...args], {
    stdio: 'inherit',
    timeout: TIME_LIMIT_MS,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  if (status !== 0) throw new Error(`apt-get ${args.join(' ')} failed.`)
}
