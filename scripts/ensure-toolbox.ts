import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const TOOLBOX = join(resolve(dirname(fileURLToPath(import.meta.url)), '..'), 'test/toolbox')
const MANIFEST = z.object({ devDependencies: z.record(z.string(), z.string()) })
const INSTALLED = z.object({ version: z.string() })
const TIME_LIMIT_MS = 600_000

/** Installs the toolbox when a program of it is missing or has another version than the pinned one. */
export function ensureToolbox(): void {
  const { devDependencies } = MANIFEST.parse(readJson(join(TOOLBOX, 'package.json')))
  const missing = Object.entries(devDependencies).filter(
    ([name, version]) => installedVersion(name) !== version,
  )
  if (missing.length === 0) return
  process.stdout.write(`Installing the toolbox: ${missing.map(([name]) => name).join(', ')}\n`)
  const { status } = spawnSync('npm', ['ci', '--prefix', TOOLBOX, '--no-audit', '--no-fund'], {
    stdio: 'inherit',
    timeout: TIME_LIMIT_MS,
  })
  if (status !== 0) {
    throw new Error(
      'The toolbox could not be installed. Run `npm ci --prefix test/toolbox` to see why; it needs the npm registry.',
    )
  }
}

function installedVersion(name: string): string | undefined {
  const path = join(TOOLBOX, 'node_modules', name, 'package.json')
  return existsSync(path) ? INSTALLED.parse(readJson(path)).version : undefined
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}
