import { readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { ConfigError } from './config-error.js'
import { decodeText, UnreadableTextError } from './decode-text.js'

/** The configuration file as it was found. */
export interface ConfigFileRead {
  /** How messages name it. */
  readonly name: string
  /** Absolute: paths in it begin at its directory. */
  readonly path: string
  readonly text: string
}

/** Where an environment carries its configuration file; a copy of the environment has it too. */
export const CONFIG_FILE: unique symbol = Symbol('configuration file')

/** The file that is read where no other is named. */
export const DEFAULT_CONFIG_FILE = 'mcp-on-behalf-of.yaml'

const MAX_BYTES = 4 * 1024 * 1024

/**
 * Reads the configuration file: the named one, or that of the default name if it exists. Throws a `ConfigError` for one
 * that cannot be read.
 */
export function readConfigFile(
  directory: string,
  named: string | undefined,
): ConfigFileRead | undefined {
  const path = resolve(directory, named ?? DEFAULT_CONFIG_FILE)
  const issue = (hint: string): ConfigError =>
    new ConfigError([
      named === undefined
        ? { key: DEFAULT_CONFIG_FILE, hint }
        : { key: 'CONFIG_PATH', value: named, hint: `names a file that ${hint}` },
    ])
  try {
    const bytes = readFileSync(path)
    if (bytes.byteLength > MAX_BYTES) throw issue('is larger than 4 MiB')
    return { name: basename(path), path, text: decodeText(bytes) }
  } catch (error) {
    if (error instanceof UnreadableTextError) throw issue(error.message)
    const { code } = error as { readonly code?: unknown }
    if (code === 'ENOENT' && named === undefined) return undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw issue('does not exist. Check the path, as this process sees it')
    }
    if (code === 'EISDIR') throw issue('is a directory')
    if (code === 'EACCES' || code === 'EPERM') throw issue('may not be read by this user')
    throw error
  }
}
