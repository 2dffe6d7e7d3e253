import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { writePrivateFile } from '../private-file.js'
import { SetupError, unwritable } from '../setup-error.js'
import type { ExportedFile } from './exported-file.js'

const ADVICE = 'Check the directory and what is there, or name another one by --output.'

/** Which files were written, and which were there already with the same text. Paths are absolute. */
export interface WrittenFiles {
  readonly written: readonly string[]
  readonly unchanged: readonly string[]
}

/**
 * Writes files below a directory, which is made where it is missing. Only their owner may read them (0600).
 *
 * Throws a `SetupError` before anything is written where a file says something else; with `replace` it is replaced as a
 * whole. No link is followed in writing.
 */
export function writeFiles(
  directory: string,
  files: readonly ExportedFile[],
  replace: boolean,
): WrittenFiles {
  const planned = files.map(({ path, text }) => ({ path: resolve(directory, path), text }))
  const missing = planned.filter(({ path, text }) => textAt(path) !== text)
  const occupied = missing.filter(({ path }) => textAt(path) !== undefined)
  if (occupied.length > 0 && !replace) {
    throw new SetupError(
      `${occupied.map(({ path }) => path).join(', ')}: there already, and says something else.`,
      'Replace it by --force, or name another directory by --output. Nothing was written.',
    )
  }
  for (const { path, text } of missing) writeFile(path, text, replace)
  return {
    written: missing.map(({ path }) => path),
    unchanged: planned.filter((file) => !missing.includes(file)).map(({ path }) => path),
  }
}

/** `undefined` where there is nothing. */
function textAt(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ENOENT') return undefined
    throw unwritable(path, ADVICE, cause)
  }
}

function writeFile(path: string, text: string, replace: boolean): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writePrivateFile(path, text, replace)
  } catch (cause) {
    throw unwritable(path, ADVICE, cause)
  }
}
