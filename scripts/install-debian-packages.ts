import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const TIME_LIMIT_MS = 600_000

/** Whether this process may install packages of Debian: it is root, and there is `apt-get`. */
function mayInstallDebianPackages(): boolean {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
}

/** What a suite needs of Debian. */
export interface DebianPackages {
  readonly packages: readonly string[]
  /** Files of theirs that are used; when all are there, nothing is installed. */
  readonly files: readonly string[]
  /** Patterns of files that must not be installed, such as those of a service. */
  readonly exclude?: readonly string[]
  /** What to do where this process may not install them. */
  readonly otherwise: string
}

/** Installs what is missing. Throws with what to do where this process may not, or when the installation fails. */
export function ensureDebianPackages({
  packages,
  files,
  exclude,
  otherwise,
}: DebianPackages): void {
  if (files.every((path) => existsSync(path))) return
  if (!mayInstallDebianPackages()) throw new Error(otherwise)
  installDebianPackages(packages, exclude)
}

/**
 * Installs packages of Debian, without those that are only recommended, and without the files that match `exclude`.
 *
 * Throws when that fails.
 */
function installDebianPackages(packages: readonly string[], exclude: readonly string[] = []): void {
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
