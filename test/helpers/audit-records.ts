import {
  AUDIT_RECORD_SCHEMA,
  type AuditRecord,
  type CallsLeftOutRecord,
  type ToolCallRecord,
} from '../../src/audit/audit-record-schema.js'
import { keepForScan } from './leak-scan.js'

const unfit: string[] = []

/** An audit sink that keeps the records for a test to look at; the scan at the end of the test file looks at them too. */
export class AuditRecords {
  /** Of tool calls. */
  readonly records: ToolCallRecord[] = []
  readonly leftOut: CallsLeftOutRecord[] = []

  readonly sink = (record: AuditRecord): void => {
    if (record.record === 'tool_call') this.records.push(record)
    else this.leftOut.push(record)
    keepForScan('audit', JSON.stringify(record))
    const { error } = AUDIT_RECORD_SCHEMA.safeParse(JSON.parse(JSON.stringify(record)))
    if (error !== undefined) unfit.push(`${error.message}\n${JSON.stringify(record)}`)
  }
}

/** Throws where a record that was written since the last look does not fit the schema. */
export function assertRecordsFit(): void {
  const found = unfit.splice(0)
  if (found.length > 0) throw new Error(`records do not fit the schema:\n${found.join('\n')}`)
}
