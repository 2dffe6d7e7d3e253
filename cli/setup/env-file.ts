import { randomUUID } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
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
 * Writes a file that only its owner may read (0600), and follows no link at `path`.
 *
 * Without `replace` a file that has come there in the meantime stays, and a `SetupError` is thrown. With it, the old
 * file stays until the new one is whole.
 */
export function writeEnvFile(path: string, text: string, replace: boolean): void {
  const draft = replace ? `${path}.${randomUUID()}.tmp` : path
  try {
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx' })
    if (replace) renameSync(draft, path)
  } catch (cause) {
    if (replace) rmSync(draft, { force: true })
    throw new SetupError(
      `${path} cannot be written.`,
      'Check the directory and what is there, or name another file by --env-file.',
      cause,
    )
  }
}
