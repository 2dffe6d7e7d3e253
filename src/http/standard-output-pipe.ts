import { openSync } from 'node:fs'
import { Socket } from 'node:net'
import { devNull } from 'node:os'

const STANDARD_OUTPUT = 1

/** Standard output, where it is a pipe or a socket. */
export interface StandardOutputPipe {
  readonly stream: Socket
  /** Gives up what nobody has read: it would keep the process. Does nothing where all has been read. */
  abandon(): void
}

/**
 * Opens standard output as a stream of its own, which can be given up; `undefined` for a file or a terminal. What its reader does
 * not take waits in memory, and no write waits for the reader. Failed writes are told to their callbacks alone.
 */
export function openStandardOutputPipe(): StandardOutputPipe | undefined {
  const stream = openStream()
  if (stream === undefined) return undefined
  stream.on('error', () => undefined)
  return {
    stream,
    abandon: () => {
      if (stream.writableLength === 0) return
      stream.destroy()
      // Takes its number, so that no other file gets what is still written to standard output.
      openSync(devNull, 'w')
    },
  }
}

function openStream(): Socket | undefined {
  try {
    return new Socket({ fd: STANDARD_OUTPUT, readable: false, writable: true })
  } catch {
    return undefined
  }
}
