import { openStandardOutputPipe } from '../http/standard-output-pipe.js'
import type { AuditSink } from './audit-sink.js'
import { createStreamSink } from './stream-sink.js'

/** Writes records to standard output, one JSON line each. What a slow reader does not take waits, and is given up at the end. */
export function createStandardOutputSink(): AuditSink {
  const pipe = openStandardOutputPipe()
  if (pipe === undefined) return createStreamSink(process.stdout)
  const records = createStreamSink(pipe.stream)
  return {
    deliver: (batch) => records.deliver(batch),
    close: () => {
      pipe.abandon()
      return Promise.resolve()
    },
  }
}
