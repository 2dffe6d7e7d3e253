import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..')
export const TOOLBOX = join(ROOT, 'test/toolbox/node_modules')

/** The newer Node that the programs of the toolbox need. */
export const TOOLBOX_NODE = join(TOOLBOX, 'node/bin/node')

/** The version of an installed package, read from the package itself. */
export function installedVersion(name: string, modules = join(ROOT, 'node_modules')): string {
  const manifest: unknown = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8'))
  return z.object({ version: z.string() }).parse(manifest).version
}
