import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Writes a document to a file that is gone with the test; returns its path. */
export function writeDocument(document: object): string {
  const directory = mkdtempSync(join(tmpdir(), 'document-'))
  onTestFinished(() => {
    rmSync(directory, { recursive: true })
  })
  const path = join(directory, 'openapi.json')
  writeFileSync(path, JSON.stringify(document))
  return path
}
