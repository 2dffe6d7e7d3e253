import { execFileSync } from 'node:child_process'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where the project stands. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** The project's pages: every Markdown file below the root, without what git ignores. */
export function pages(): readonly string[] {
  const listed = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'],
    { cwd: ROOT, encoding: 'utf8' },
  )
  return listed
    .split('\n')
    .filter((name) => name !== '')
    .map((name) => join(ROOT, name))
}
