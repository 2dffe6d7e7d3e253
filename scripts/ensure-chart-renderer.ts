import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureDebianPackages } from './install-debian-packages.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SOURCE = join(ROOT, 'test/chart/renderer')
const GO_PACKAGES = '/usr/share/gocode'
/** The program that stands in for Helm where it is missing. */
export const RENDERER = join(ROOT, 'node_modules/.cache/mcp-on-behalf-of/render-chart')

/** Debian's compiler, and the library of functions that templates of Helm have. */
const PACKAGES = [
  'golang-go',
  'golang-github-masterminds-sprig-dev',
  'golang-github-ghodss-yaml-dev',
]

/** Builds the program, and installs the compiler for it when it is missing and this process may do so. */
export function ensureChartRenderer(): void {
  ensureDebianPackages({
    packages: PACKAGES,
    files: ['/usr/bin/go', `${GO_PACKAGES}/src/github.com/Masterminds/sprig`],
    otherwise: `Go and its packages are missing, and only root can install them here, on Debian: apt-get install ${PACKAGES.join(' ')}`,
  })
  mkdirSync(dirname(RENDERER), { recursive: true })
  const { status } = spawnSync('/usr/bin/go', ['build', '-o', RENDERER, '.'], {
    cwd: SOURCE,
    stdio: 'inherit',
    timeout: 300_000,
    env: { ...process.env, GO111MODULE: 'off', GOPATH: GO_PACKAGES },
  })
  if (status !== 0) throw new Error(`The program in ${SOURCE} could not be built.`)
}
