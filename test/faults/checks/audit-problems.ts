import type { ToolCallRecord } from '../../../src/audit/audit-record-schema.js'
import type { SeenCall } from '../load/tool-call.js'

/** No list of problems grows beyond use. */
const MAX_TOLD = 5

/** Between these moments, calls may have been answered whose records are gone, on the clock of `performance`. */
export interface LostRecords {
  readonly fromMs: number
  readonly toMs: number
}

/**
 * What does not fit together between what clients saw and what the audit says: every call that was answered has one record with
 * the same outcome, and there are no other records but those of calls that got no answer.
 */
export function auditProblems(
  seen: readonly SeenCall[],
  records: readonly ToolCallRecord[],
  lost: LostRecords,
): readonly string[] {
  const byId = new Map(records.map((record) => [record.requestId, record]))
  const isLost = ({ requestId = '', endedMs }: SeenCall): boolean =>
    endedMs >= lost.fromMs && endedMs <= lost.toMs && !byId.has(requestId)
  const answered = seen.filter((call) => call.requestId !== undefined && !isLost(call))
  const unanswered = seen.length - answered.length
  const unseen = records.length - answered.length
  const problems = answered.flatMap((call) => disagreement(call, byId.get(call.requestId ?? '')))
  if (byId.size !== records.length) problems.push('a call has two records')
  if (unseen > unanswered) problems.push(`${unseen} records, and ${unanswered} unanswered calls`)
  return [...problems.slice(0, MAX_TOLD), ...wrongAnswers(seen)]
}

/** How many calls ended in each way, by the records. */
export function outcomesOf(records: readonly ToolCallRecord[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { outcome } of records) counts[outcome] = (counts[outcome] ?? 0) + 1
  return counts
}

function wrongAnswers(seen: readonly SeenCall[]): readonly string[] {
  return seen.flatMap(({ wrong }) => wrong ?? []).slice(0, MAX_TOLD)
}

function disagreement(
  { requestId, verdict, status, subject }: SeenCall,
  record: ToolCallRecord | undefined,
): readonly string[] {
  if (record === undefined) return [`no record of ${requestId ?? ''} (${verdict})`]
  const { outcome, httpStatus, user } = record
  const agrees = {
    ok: outcome === 'ok',
    tool_error: outcome !== 'ok' && httpStatus === undefined,
    http_error: outcome !== 'ok' && httpStatus === status,
    gone: true,
  }[verdict]
  const told = `the client saw ${verdict} ${status ?? ''}, the record says ${outcome} ${httpStatus ?? ''}`
  const foreign = user !== undefined && 'subject' in user && user.subject !== subject
  return [
    ...(agrees ? [] : [`${requestId ?? ''}: ${told}`]),
    ...(foreign ? [`${requestId ?? ''}: a record about another user`] : []),
  ]
}
