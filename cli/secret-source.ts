import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Secret } from '../src/secret.js'
import { UsageError } from './usage-error.js'
import type { GuardedIo } from './guarded-output.js'

export interface SecretSource {
  /** The environment variable; the same with `_FILE` behind it names a file. */
  readonly variable: string
  readonly file?: string | undefined
  readonly stdin?: boolean | undefined
}

/**
 * Reads one secret from a file, from stdin, or from the environment; `undefined` where none of them has it.
 *
 * A file that is named and cannot be read is a `UsageError`, and so are two sources at once.
 */
export async function readSecret(io: GuardedIo, source: SecretSource): Promise<Secret | undefined> {
  const { variable, stdin = false } = source
  const file = source.file ?? textOf(io.environment[`${variable}_FILE`])
  if (source.file !== undefined && stdin)
    throw new UsageError('Use one source for a secret, not two.')
  const text = stdin
    ? await io.readStdin()
    : file === undefined
      ? io.environment[variable]
      : readFile(resolve(io.directory, file))
  const secret = textOf(text)
  if (secret !== undefined) return io.keep(new Secret(secret))
  if (stdin) throw new UsageError('Nothing came in on stdin.')
  return undefined
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new UsageError(`The file ${path} cannot be read. Check path and permissions.`)
  }
}

function textOf(value: string | undefined): string | undefined {
  const text = value?.trim()
  return text === undefined || text === '' ? undefined : text
}
