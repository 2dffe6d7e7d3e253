import { closeSync, constants, fstatSync, openSync, write } from 'node:fs'
import { promisify } from 'node:util'
import type { Timers } from '../time/clock.js'
import type { AuditBatch, AuditSink } from './audit-sink.js'
import { createStreamSink } from './stream-sink.js'

const writeTo = promisify(write)

const STANDARD_OUTPUT = 1
/** How long to wait for a reader that is slow. */
const RETRY_MS = 20

/**
 * Writes records to standard output, one JSON line each.
 *
 * Node writes to a pipe at once: where its reader is slow, the whole process would wait. So a pipe is opened anew, without blocking,
 * and the records wait. Where that is not possible, and for anything but a pipe, they go to `process.stdout`.
 */
export function createStandardOutputSink(timers: Timers): AuditSink {
  const pipe = openPipe()
  return pipe === undefined ? createStreamSink(process.stdout) : createPipeSink(pipe, timers)
}

/** Linux alone has such names of open files. */
function openPipe(): number | undefined {
  try {
    if (!fstatSync(STANDARD_OUTPUT).isFIFO()) return undefined
    const path = `/proc/self/fd/${STANDARD_OUTPUT}`
    return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch {
    return undefined
  }
}

/** Writes to a pipe that does not block. A batch that failed half-way goes on where it stopped. */
export function createPipeSink(pipe: number, timers: Timers): AuditSink {
  let unfinished: { readonly batch: AuditBatch; readonly bytes: Buffer; at: number } | undefined
  let closed = false
  const wait = (): Promise<void> =>
    new Promise((resolve) => {
      timers.after(RETRY_MS, resolve)
    })
  return {
    async deliver(batch) {
      if (unfinished?.batch !== batch) {
        unfinished = { batch, bytes: Buffer.from(batch.lines), at: 0 }
      }
      while (unfinished.at < unfinished.bytes.byteLength) {
        if (closed) throw new Error('nobody reads standard output')
        const written = await writtenNow(pipe, unfinished.bytes, unfinished.at)
        unfinished.at += written
        if (written === 0) await wait()
      }
      unfinished = undefined
    },
    close: () => {
      closed = true
      // A write that is under way must not meet another file of the same number.
      if (unfinished === undefined) closeSync(pipe)
      return Promise.resolve()
    },
  }
}

/** 0: the pipe is full. */
async function writtenNow(pipe: number, bytes: Buffer, at: number): Promise<number> {
  try {
    const { bytesWritten } = await writeTo(pipe, bytes, at)
    return bytesWritten
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'EAGAIN') return 0
    throw error
  }
}
