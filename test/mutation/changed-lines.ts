import { execFileSync } from 'node:child_process'
import { folderOf, ROOM_NAMES } from './rooms.js'

/**
 * The lines of the rooms that changed since a revision, uncommitted changes included, as Stryker takes them:
 * `src/exchange/cache-key.ts:20-31`.
 */
export function changedLines(revision: string): readonly string[] {
  const folders = ROOM_NAMES.map(folderOf)
  const diff = execFileSync('git', ['diff', '--unified=0', revision, '--', ...folders], {
    encoding: 'utf8',
  })
  return linesAddedIn(diff)
}

/** Reads the added lines out of a unified diff without context. */
export function linesAddedIn(diff: string): readonly string[] {
  let file: string | undefined
  return diff.split('\n').flatMap((line) => {
    const [, name] = /^\+\+\+ (?:b\/(.+\.ts)|.*)$/.exec(line) ?? []
    if (line.startsWith('+++ ')) file = name
    const [, start, count = '1'] = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(line) ?? []
    if (file === undefined || start === undefined || count === '0') return []
    return [`${file}:${start}-${Number(start) + Number(count) - 1}`]
  })
}
