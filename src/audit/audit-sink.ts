import type { AuditRecord } from './audit-record-schema.js'

/** Where records end up: the adapter behind the queue. */
export interface AuditSink {
  /**
   * Takes records, in their order, and resolves when all of them have been handed over. Rejects otherwise; it is then called again
   * with the same records, and must not write twice what it has written of them.
   */
  deliver(batch: AuditBatch): Promise<void>
  close(): Promise<void>
}

/** Some records. */
export interface AuditBatch {
  readonly records: readonly AuditRecord[]
  /** The same as lines of JSON, each with its line feed. */
  readonly lines: string
}
