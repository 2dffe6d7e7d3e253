import { z } from 'zod'
import { AUDIT_RECORD_SCHEMA } from '../../src/audit/audit-record-schema.js'

interface Described {
  readonly description?: string | undefined
  readonly properties?: Readonly<Record<string, Described>> | undefined
  readonly items?: Described | undefined
  readonly required?: readonly string[] | undefined
}

/** The members of a record, as a table. */
export function auditMembers(): string {
  const { properties, required } = z.toJSONSchema(AUDIT_RECORD_SCHEMA) as Described
  const rows = rowsOf({ properties, required }, '')
  return ['| member | always | what it says |', '| --- | --- | --- |', ...rows].join('\n')
}

function rowsOf({ properties = {}, required = [] }: Described, prefix: string): readonly string[] {
  return Object.entries(properties).flatMap(([name, member]) => {
    const always = required.includes(name) ? 'yes' : ''
    const row = `| \`${prefix}${name}\` | ${always} | ${member.description ?? ''} |`
    return [row, ...rowsOf(member.items ?? {}, `${prefix}${name}[].`)]
  })
}
