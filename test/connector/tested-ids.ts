import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** All that stands in the files of a folder and of those below. */
export function textsIn(folder: string): string {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n')
}
