import { constants, readFileSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { decodeText, UnreadableTextError } from './decode-text.js'
import type { ConfigIssue } from './config-error.js'
import { FILE_SETTINGS } from './setting-names.js'
import { textIssue } from './text-issue.js'

const MAX_BYTES = 1024 * 1024
/** Opening a pipe then waits for nobody. Windows has no such flag. */
const NONBLOCKING = (constants as Partial<typeof constants>).O_NONBLOCK ?? 0
const TOO_LARGE = 'names a file larger than any value'
const IS_DIRECTORY = 'names a directory. Name the file in it'

export interface ValueFiles {
  /** What the files hold, by setting: without a byte order mark, and without space at either end. */
  readonly values: Readonly<Record<string, string>>
  readonly issues: readonly ConfigIssue[]
}

/** Reads the settings of `names` that are given as files (`…_FILE`), as container platforms mount secrets. */
export function readValueFiles(
  textOf: (name: string) => string | undefined,
  names: ReadonlySet<string> = new Set(FILE_SETTINGS),
): ValueFiles {
  const values: Record<string, string> = {}
  const issues: ConfigIssue[] = []
  for (const name of FILE_SETTINGS.filter((one) => names.has(one))) {
    const path = textOf(`${name}_FILE`)
    if (path === undefined) continue
    const outcome = valueOf(path, { name, given: textOf(name) !== undefined })
    if ('hint' in outcome) issues.push({ key: `${name}_FILE`, value: path, hint: outcome.hint })
    else values[name] = outcome.value
  }
  return { values, issues }
}

/** What a file holds, or what is wrong with it: the rest of a sentence that begins with the setting. */
export type ValueOfFile = { readonly value: string } | { readonly hint: string }

/**
 * Reads one such file again, without waiting for the disk. Never rejects.
 *
 * Reads regular files alone: a pipe would keep it waiting for a writer for ever, and a device has no end. Reads no more than a value
 * may have.
 */
export async function readValueFile(path: string): Promise<ValueOfFile> {
  let file: FileHandle | undefined
  try {
    file = await open(path, constants.O_RDONLY | NONBLOCKING)
    const stats = await file.stat()
    if (stats.isDirectory()) return { hint: IS_DIRECTORY }
    if (!stats.isFile()) return { hint: 'names no regular file. Name one, or a link to one' }
    if (stats.size > MAX_BYTES) return { hint: TOO_LARGE }
    const bytes = await readAtMost(file, stats.size + 1)
    return bytes.byteLength > stats.size
      ? { hint: 'names a file that is being written' }
      : valueIn(bytes)
  } catch (error) {
    return { hint: whyUnread(error) }
  } finally {
    await file?.close().catch(() => undefined)
  }
}

/** Of a file that grows while it is read, no more than this. */
async function readAtMost(file: FileHandle, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes)
  let filled = 0
  while (filled < bytes) {
    const { bytesRead } = await file.read(buffer, filled, bytes - filled, null)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}

function valueOf(
  path: string,
  { name, given }: { readonly name: string; readonly given: boolean },
): ValueOfFile {
  if (given) return { hint: `is set together with ${name}. Remove one` }
  const slip = textIssue(path, { secret: false, fromFile: false })
  if (slip !== undefined) return { hint: slip }
  try {
    return valueIn(readFileSync(path))
  } catch (error) {
    return { hint: whyUnread(error) }
  }
}

function valueIn(bytes: Buffer): ValueOfFile {
  if (bytes.byteLength > MAX_BYTES) return { hint: TOO_LARGE }
  const value = decodeText(bytes).trim()
  return value === '' ? { hint: 'names an empty file' } : { value }
}

function whyUnread(error: unknown): string {
  if (error instanceof UnreadableTextError) return `names a file that ${error.message}`
  switch ((error as { code?: unknown }).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'cannot be read: no such file. Check the path, as this process sees it'
    case 'EISDIR':
      return IS_DIRECTORY
    default:
      return 'cannot be read. Check path and permissions'
  }
}
