import { execFileSync } from 'node:child_process'
import { copyFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '..')
const TARGET = join(ROOT, 'dist-apps/package')

/** What is copied beside the compiled files, from and to. */
const COPIED: readonly (readonly [string, string])[] = [
  ['apps/package.json', 'package.json'],
  ['apps/README.md', 'README.md'],
  ['apps/identity-providers/README.md', 'apps/identity-providers/README.md'],
  ['LICENSE', 'LICENSE'],
  ['apps/authorization-server/directory.json', 'apps/authorization-server/directory.json'],
  ['apps/downstream-api/openapi.yaml', 'apps/downstream-api/openapi.yaml'],
]

/** Builds the package `mcp-on-behalf-of-dev` in dist-apps/package: `npm pack ./dist-apps/package` packs it. */
function main(): void {
  rmSync(TARGET, { recursive: true, force: true })
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const argv = [tsc, '-p', 'apps/tsconfig.package.json']
  execFileSync(process.execPath, argv, { cwd: ROOT, stdio: 'inherit' })
  for (const [from, to] of COPIED) copyFileSync(join(ROOT, from), join(TARGET, to))
}

main()
