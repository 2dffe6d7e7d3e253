import { pino, type DestinationStream } from 'pino'

/** For a reader that is slow, or reads nothing any more: a log is worth no more memory than this. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024

/**
 * Standard output for a log: never waits for its reader. Up to 16 MiB wait in memory; lines beyond them are lost.
 *
 * `recovered` is told how many were lost, when all that waited has been written.
 */
export function createLogOutput(recovered: (dropped: number) => void): DestinationStream {
  let dropped = 0
  const output = pino.destination({
    dest: process.stdout.fd,
    sync: false,
    maxLength: MAX_WAITING_BYTES,
  })
  output.on('drop', () => {
    dropped += 1
  })
  output.on('drain', () => {
    if (dropped === 0) return
    const count = dropped
    dropped = 0
    recovered(count)
  })
  return output
}
