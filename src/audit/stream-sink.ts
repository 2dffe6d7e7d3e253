import type { Writable } from 'node:stream'
import type { AuditSink } from './audit-sink.js'

/** Writes records to a stream, one JSON line each. The stream stays open. */
export function createStreamSink(stream: Writable): AuditSink {
  // The failed write says so too; without a listener the process would end.
  const ignore = (): void => undefined
  stream.on('error', ignore)
  return {
    deliver: ({ lines }) =>
      new Promise((resolve, reject) => {
        stream.write(lines, (error) => {
          if (error === null || error === undefined) resolve()
          else reject(error)
        })
      }),
    close: () => {
      stream.off('error', ignore)
      return Promise.resolve()
    },
  }
}
