import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const MANIFEST = z.object({ devDependencies: z.record(z.string(), z.string()) })
const INSTALLED = z.object({ version: z.string() })
const TIME_LIMIT_MS = 600_000

/**
 * Installs the packages of a folder with a lock file of its own (`test/toolbox`), when one is missing or has another
 * version than the pinned one.
 */
export function ensureInstalled(folder: string): void {
  const directory = join(ROOT, folder)
  const { devDependencies } = MANIFEST.parse(readJson(join(directory, 'package.json')))
  const missing = Object.entries(devDependencies).filter(
    ([name, version]) => installedVersion(directory, name) !== version,
  )
  if (missing.length === 0) return
  process.stdout.write(`Installing into ${folder}: ${missing.map(([name]) => name).join(', ')}\n`)
  const { status } = spawnSync('npm', ['ci', '--prefix', directory, '--no-audit', '--no-fund'], {
    stdio: 'inherit',
    timeout: TIME_LIMIT_MS,
  })
  if (status !== 0) {
    throw new Error(
      `The packages of ${folder} could not be installed. Run \`npm ci --prefix ${folder}\` to see why; it needs the npm registry.`,
    )
  }
}

function installedVersion(directory: string, name: string): string | undefined {
  const path = join(directory, 'node_modules', name, 'package.json')
  return existsSync(path) ? INSTALLED.parse(readJson(path)).version : undefined
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}
