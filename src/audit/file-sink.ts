import { close, closeSync, constants, fstatSync, openSync, statSync, write } from 'node:fs'
import { promisify } from 'node:util'
import type { AuditBatch, AuditSink } from './audit-sink.js'

const writeTo = promisify(write)
const closeFile = promisify(close)

/** For the owner alone. */
const MODE = 0o600
/** A pipe that nobody reads would keep the process waiting for as long as it is opened. */
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK

/**
 * Appends records to a file, which it creates for its owner alone (0600). Throws the error of Node where it cannot be opened, and an
 * error where it is a pipe: one that is not read would stop the process.
 *
 * When the name no longer leads to the open file, because something like logrotate has moved or removed it, the file is opened
 * anew in front of the next records. A batch that failed half-way goes on where it stopped, in the same file.
 */
export function createFileSink(path: string): AuditSink {
  let file = openFile(path)
  let unfinished: { readonly batch: AuditBatch; readonly bytes: Buffer; at: number } | undefined
  return {
    async deliver(batch) {
      if (unfinished?.batch !== batch) {
        if (!isStill(file, path)) {
          const former = file
          file = openFile(path)
          closeSync(former)
        }
        unfinished = { batch, bytes: Buffer.from(batch.lines), at: 0 }
      }
      const { bytes } = unfinished
      while (unfinished.at < bytes.byteLength) {
        const { bytesWritten } = await writeTo(file, bytes, unfinished.at)
        unfinished.at += bytesWritten
      }
      unfinished = undefined
    },
    close: () => closeFile(file),
  }
}

function openFile(path: string): number {
  const file = openSync(path, FLAGS, MODE)
  if (!fstatSync(file).isFIFO()) return file
  closeSync(file)
  throw Object.assign(new Error(`${path} is a pipe`), { code: 'it is a pipe', path })
}

function isStill(file: number, path: string): boolean {
  const named = statSync(path, { throwIfNoEntry: false })
  if (named === undefined) return false
  const open = fstatSync(file)
  return named.ino === open.ino && named.dev === open.dev
}
