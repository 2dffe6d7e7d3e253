import { randomUUID } from 'node:crypto'
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { SetupError } from './setup-error.js'

/** The settings in a `.env` file; `undefined` where there is no such file. */
export function readEnvFile(
  path: string,
): Readonly<Record<string, string | undefined>> | undefined {
  try {
    return parseEnv(readFileSync(path, 'utf8'))
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ENOENT') return undefined
    throw new SetupError(
      `${path} cannot be read.`,
      'Check its permissions, or name another by --env-file.',
      cause,
    )
  }
}

/**
 * Writes a file that only its owner may read (0600), whole or not at all; follows no link at `path`.
 *
 * Without `replace` a file that has come there in the meantime stays, and a `SetupError` is thrown.
 */
export function writeEnvFile(path: string, text: string, replace: boolean): void {
  const draft = `${path}.${randomUUID()}.tmp`
  try {
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx' })
    if (replace) renameSync(draft, path)
    else linkSync(draft, path)
  } catch (cause) {
    throw new SetupError(
      `${path} cannot be written.`,
      'Check the directory and what is there, or name another file by --env-file.',
      cause,
    )
  } finally {
    removeDraft(draft)
  }
}

function removeDraft(draft: string): void {
  try {
    unlinkSync(draft)
  } catch {
    // Moved to its place, or never made.
  }
}
