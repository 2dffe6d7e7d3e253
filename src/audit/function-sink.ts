import type { AuditRecord } from './audit-record-schema.js'
import type { AuditBatch, AuditSink } from './audit-sink.js'

/** Takes one record. What it throws, or rejects with, says that it could not: it gets the record again. */
export type TakeRecord = (record: AuditRecord) => void | Promise<void>

/** Gives records to a function, one after another. */
export function createFunctionSink(take: TakeRecord): AuditSink {
  let unfinished: { readonly batch: AuditBatch; taken: number } | undefined
  return {
    async deliver(batch) {
      if (unfinished?.batch !== batch) unfinished = { batch, taken: 0 }
      for (const record of batch.records.slice(unfinished.taken)) {
        await take(record)
        unfinished.taken += 1
      }
    },
    close: () => Promise.resolve(),
  }
}
