import type { AuditRecord, ToolCallRecord } from '../../../src/audit/audit-record-schema.js'
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
 * the same outcome, and there are no other records but those of calls that got no answer. A call that was refused may be one of
 * those that are only counted.
 */
export function auditProblems(
  seen: readonly SeenCall[],
  records: readonly AuditRecord[],
  lost: LostRecords,
): readonly string[] {
  const own = records.filter((record) => record.record === 'tool_call')
  const counted = sum(records) - own.length
  const byId = new Map(own.map((record) => [record.requestId, record]))
  const isLost = ({ requestId = '', endedMs }: SeenCall): boolean =>
    endedMs >= lost.fromMs && endedMs <= lost.toMs && !byId.has(requestId)
  const answered = seen.filter((call) => call.requestId !== undefined && !isLost(call))
  const missing = answered.filter(
    ({ verdict, requestId = '' }) => verdict === 'http_error' && !byId.has(requestId),
  )
  const unanswered = seen.length - answered.length
  const unseen = sum(records) - answered.length
  const problems = answered
    .filter((call) => counted < missing.length || !missing.includes(call))
    .flatMap((call) => disagreement(call, byId.get(call.requestId ?? '')))
  if (byId.size !== own.length) problems.push('a call has two records')
  if (unseen > unanswered) problems.push(`${unseen} records, and ${unanswered} unanswered calls`)
  return [...problems.slice(0, MAX_TOLD), ...wrongAnswers(seen)]
}

/** How many calls ended in each way, by the records. */
export function outcomesOf(records: readonly AuditRecord[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const record of records) {
    counts[record.outcome] = (counts[record.outcome] ?? 0) + sum([record])
  }
  return counts
}

/** How many calls the records are about. */
function sum(records: readonly AuditRecord[]): number {
  return records.reduce((calls, each) => calls + ('count' in each ? each.count : 1), 0)
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
