import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ensureInstalled } from './ensure-installed.js'
import { installDebianPackages, mayInstallDebianPackages } from './install-debian-packages.js'

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
const NEEDED = ['/usr/bin/go', `${GO_PACKAGES}/src/github.com/Masterminds/sprig`]

/** Builds the program, and installs the compiler for it when it is missing and this process may do so. */
function ensureRenderer(): void {
  if (!NEEDED.every((path) => existsSync(path))) {
    if (!mayInstallDebianPackages()) {
      throw new Error(
        `Go and its packages are missing, and only root can install them here, on Debian: apt-get install ${PACKAGES.join(' ')}`,
      )
    }
    installDebianPackages(PACKAGES)
  }
  mkdirSync(dirname(RENDERER), { recursive: true })
  const { status } = spawnSync('/usr/bin/go', ['build', '-o', RENDERER, '.'], {
    cwd: SOURCE,
    stdio: 'inherit',
    timeout: 300_000,
    env: { ...process.env, GO111MODULE: 'off', GOPATH: GO_PACKAGES },
  })
  if (status !== 0) throw new Error(`The program in ${SOURCE} could not be built.`)
}

/** Installs what `npm run test:chart` needs and this machine lacks. */
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    ensureInstalled('test/chart/toolbox')
    ensureRenderer()
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : 'unknown failure'}\n`)
    process.exitCode = 1
  }
}
