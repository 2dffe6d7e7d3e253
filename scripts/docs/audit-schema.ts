import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { z } from 'zod'
import { AUDIT_RECORD_SCHEMA } from '../../src/audit/audit-record-schema.js'
import { ROOT } from './pages.js'

/** Where the JSON Schema of a record of the audit is, from the root; the package has it too. */
export const AUDIT_SCHEMA_FILE = 'audit-record.schema.json'

/** The JSON Schema of a record of the audit, for those who read records. */
export async function auditSchema(): Promise<string> {
  const options = await resolveConfig(join(ROOT, AUDIT_SCHEMA_FILE))
  const schema = z.toJSONSchema(AUDIT_RECORD_SCHEMA, { target: 'draft-2020-12' })
  const titled = { title: 'A record of the audit of mcp-on-behalf-of', ...schema }
  return format(JSON.stringify(titled), { ...options, parser: 'json' })
}
