import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { runProgram } from './run-program.js'

const TOOLBOX = resolve(dirname(fileURLToPath(import.meta.url)), '../../toolbox')
const INSTALL_TIMEOUT_MS = 300_000

/** The newer Node that programs of the toolbox run on. */
export const TOOLBOX_NODE = join(TOOLBOX, 'node_modules/.bin/node')

/** Where a package of the toolbox is. */
export function toolPath(name: string): string {
  return join(TOOLBOX, 'node_modules', name)
}

/** Installs the toolbox when one of its packages is missing or has another version than the one pinned. */
export async function ensureToolbox(signal?: AbortSignal): Promise<void> {
  if (isInstalled()) return
  const { exitCode, lines } = await runProgram('npm', {
    arguments: ['ci', '--prefix', TOOLBOX],
    timeoutMs: INSTALL_TIMEOUT_MS,
    ...(signal === undefined ? {} : { signal }),
  })
  if (exitCode !== 0 || !isInstalled()) {
    throw new Error(`npm ci --prefix toolbox failed:\n${lines.slice(-20).join('\n')}`)
  }
}

/** The installed version of a package of the toolbox; `undefined` when there is none. */
export function toolVersion(name: string): string | undefined {
  return readJson(join(toolPath(name), 'package.json'), z.object({ version: z.string() }))?.version
}

function isInstalled(): boolean {
  const pinned = readJson(
    join(TOOLBOX, 'package.json'),
    z.object({ devDependencies: z.record(z.string(), z.string()) }),
  )
  if (pinned === undefined) throw new Error('toolbox/package.json is missing')
  return Object.entries(pinned.devDependencies).every(
    ([name, version]) => toolVersion(name) === version,
  )
}

function readJson<T>(path: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
