import { readFileSync } from 'node:fs'
import { decodeText, UnreadableTextError } from './decode-text.js'
import { ConfigError } from './config-error.js'
import { parseSettingsText, type SettingsText } from './settings-text.js'
import { SETTING_NAMES } from './setting-names.js'

const MAX_BYTES = 1024 * 1024
const ABSENT: SettingsText = { values: {}, issues: [], doubts: [] }

/** Reads a `.env` file; one that is not there is empty. Throws a `ConfigError` for one that cannot be read. */
export function readSettingsFile(path: string): SettingsText {
  try {
    const bytes = readFileSync(path)
    if (bytes.byteLength > MAX_BYTES) throw refused(path, `is larger than ${MAX_BYTES} bytes`)
    return parseSettingsText(decodeText(bytes), SETTING_NAMES)
  } catch (error) {
    if (error instanceof UnreadableTextError) throw refused(path, error.message)
    switch ((error as { code?: unknown }).code) {
      case 'ENOENT':
        return ABSENT
      case 'EISDIR':
        throw refused(path, IS_DIRECTORY)
      case 'EACCES':
      case 'EPERM':
        throw refused(path, 'may not be read by this user. Check its owner and permissions')
      default:
        throw error
    }
  }
}

const IS_DIRECTORY =
  'is a directory. (Docker makes one in place of a file to mount that is not there.) Put the file in its place'

function refused(path: string, hint: string): ConfigError {
  return new ConfigError([{ key: path, hint }])
}
