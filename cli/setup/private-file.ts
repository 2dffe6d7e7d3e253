import { randomUUID } from 'node:crypto'
import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/**
 * Writes a file that only its owner may read (0600), and follows no link at `path`. Throws the error of the file system.
 *
 * Without `replace` a file that is there stays. The file is there as a whole or not at all, also where the process is
 * killed meanwhile, but for file systems without hard links.
 */
export function writePrivateFile(path: string, text: string, replace: boolean): void {
  const draft = `${path}.${randomUUID()}.tmp`
  try {
    writeNew(draft, text)
    if (replace) renameSync(draft, path)
    else linkOrWrite(draft, path, text)
  } finally {
    rmSync(draft, { force: true })
  }
}

function linkOrWrite(draft: string, path: string, text: string): void {
  try {
    linkSync(draft, path)
  } catch (error) {
    if ((error as { code?: unknown }).code === 'EEXIST') throw error
    writeNew(path, text)
  }
}

function writeNew(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600, flag: 'wx' })
}
