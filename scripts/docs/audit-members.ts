import { z } from 'zod'
import {
  CALLS_LEFT_OUT_RECORD_SCHEMA,
  TOOL_CALL_RECORD_SCHEMA,
} from '../../src/audit/audit-record-schema.js'

interface Described {
  readonly description?: string | undefined
  readonly properties?: Readonly<Record<string, Described>> | undefined
  readonly items?: Described | undefined
  readonly required?: readonly string[] | undefined
}

/** The members of the record of a tool call, as a table. */
export function auditMembers(): string {
  return tableOf(TOOL_CALL_RECORD_SCHEMA)
}

/** The members of the record of calls that were left out, as a table. */
export function leftOutMembers(): string {
  return tableOf(CALLS_LEFT_OUT_RECORD_SCHEMA)
}

function tableOf(schema: z.ZodType): string {
  const { properties, required } = z.toJSONSchema(schema) as Described
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
