import { spawnSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const SOURCES = ['src', 'middleware', 'routes', 'cli']

/** Builds what is published, where there is no build, or a source is newer. */
export function ensureBuilt(): void {
  const builtMs = changedMs('dist/cli/main.js')
  const isStale = SOURCES.flatMap(filesIn).some((file) => changedMs(file) > builtMs)
  if (!isStale) return
  const built = spawnSync('npm', ['run', 'build'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (built.status !== 0) throw new Error('npm run build failed')
}

function filesIn(room: string): readonly string[] {
  return readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(room, name))
}

function changedMs(file: string): number {
  return statSync(join(ROOT, file), { throwIfNoEntry: false })?.mtimeMs ?? 0
}
