import { accessSync, chmodSync, constants, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { decodeText } from '../../src/config/decode-text.js'
import { parseSettingsText } from '../../src/config/settings-text.js'
import { SETTING_NAMES } from '../../src/config/setting-names.js'
import { writePrivateFile } from './private-file.js'
import { SetupError, unwritable } from './setup-error.js'

const ADVICE =
  'Check that the directory is there and may be written to, and that nothing else has that name; or name another file by --settings-file.'

/** The settings in a `.env` file; `undefined` where there is no such file. */
export function readEnvFile(
  path: string,
): Readonly<Record<string, string | undefined>> | undefined {
  try {
    return parseSettingsText(decodeText(readFileSync(path)), SETTING_NAMES).values
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ENOENT') return undefined
    throw new SetupError(
      `${path} cannot be read.`,
      'Check its permissions, and that it is a text in UTF-8; or name another by --settings-file.',
      cause,
    )
  }
}

/** `writePrivateFile` for settings; throws a `SetupError`, also where a file has come there in the meantime. */
export function writeEnvFile(path: string, text: string, replace: boolean): void {
  try {
    writePrivateFile(path, text, replace)
  } catch (cause) {
    throw unwritable(path, ADVICE, cause)
  }
}

/** Throws a `SetupError` where a file at `path` could not be written: its directory is missing, or is not ours to change. */
export function assertWritable(path: string): void {
  try {
    accessSync(dirname(path), constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw unwritable(path, ADVICE, cause)
  }
}

/** Whether others than its owner may read or change the file at `path`. `false` where there is none. */
export function isOpenToOthers(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  // Windows knows no such bits, and reports them set.
  if (found?.isFile() !== true || process.platform === 'win32') return false
  return (found.mode & 0o077) !== 0
}

/** Takes a file away from everybody but its owner (0600); throws a `SetupError` where that is not allowed. */
export function closeToOthers(path: string): void {
  try {
    chmodSync(path, 0o600)
  } catch (cause) {
    throw new SetupError(
      `The mode of ${path} cannot be changed.`,
      'Make its owner run this command, or run chmod 600 as they do.',
      cause,
    )
  }
}
