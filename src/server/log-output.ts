import { pino, type DestinationStream } from 'pino'
import { openStandardOutputPipe, type StandardOutputPipe } from '../http/standard-output-pipe.js'

/** For a reader that is slow, or reads nothing any more: a log is worth no more memory than this. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024
/** For what waits when the process ends. */
const PATIENCE_MS = 1_000

/** Where lines of the log go. */
export interface LogOutput extends DestinationStream {
  /** Waits until all lines are written, for a second at most; then gives up the others. */
  close(): Promise<void>
}

/**
 * Standard output for a log. Where it is a pipe or a socket, no line waits for the reader: up to 16 MiB wait in memory, and lines
 * beyond them are lost. `recovered` is told how many were lost, when all that waited has been written.
 */
export function createLogOutput(recovered: (dropped: number) => void): LogOutput {
  const pipe = openStandardOutputPipe()
  if (pipe !== undefined) return pipeOutput(pipe, recovered)
  const destination = pino.destination({ dest: process.stdout.fd, sync: true })
  return {
    write: (line) => {
      destination.write(line)
    },
    close: () => Promise.resolve(),
  }
}

function pipeOutput(pipe: StandardOutputPipe, recovered: (dropped: number) => void): LogOutput {
  const { stream } = pipe
  let dropped = 0
  stream.on('drain', () => {
    if (dropped === 0) return
    const count = dropped
    dropped = 0
    recovered(count)
  })
  return {
    write: (line) => {
      if (stream.destroyed) return
      if (stream.writableLength > MAX_WAITING_BYTES) dropped += 1
      else stream.write(line)
    },
    close: () =>
      new Promise((resolve) => {
        const end = (): void => {
          clearTimeout(timer)
          pipe.abandon()
          resolve()
        }
        const timer = setTimeout(end, PATIENCE_MS)
        stream.write('', end)
      }),
  }
}
