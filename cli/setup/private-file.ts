import { randomUUID } from 'node:crypto'
import { renameSync, rmSync, writeFileSync } from 'node:fs'

/**
 * Writes a file that only its owner may read (0600), and follows no link at `path`. Throws the error of the file system.
 *
 * Without `replace` a file that is there stays. With it, the old file stays until the new one is whole.
 */
export function writePrivateFile(path: string, text: string, replace: boolean): void {
  const draft = replace ? `${path}.${randomUUID()}.tmp` : path
  try {
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx' })
    if (replace) renameSync(draft, path)
  } catch (error) {
    if (replace) rmSync(draft, { force: true })
    throw error
  }
}
